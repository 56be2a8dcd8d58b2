// How each provider is brought to refuse a refund.

/** What the fake Stripe answers to a refund. */
const REFUSAL = { kind: "status", status: 402, body: "stripe", method: "POST", path: "/v1/refunds" };

/** To the manual processor the payment is a canceled one, until the function is called that this resolves with. */
async function canceledElsewhere(postgres, id) {
  const [{ status }] = await postgres.query("SELECT data->>'status' AS status FROM payment WHERE id = $1", [id]);
  const become = (status) =>
    postgres.query("UPDATE payment SET data = data || jsonb_build_object('status', $2::text) WHERE id = $1", [
      id,
      status,
    ]);
  await become("canceled");
  return () => become(status);
}

module.exports = { REFUSAL, canceledElsewhere };
