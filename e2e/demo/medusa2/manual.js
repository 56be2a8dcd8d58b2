// The demo on Medusa 2 with the manual processor: no shopper has to pay, and no provider has a ledger.

module.exports = {
  title: "A Rust payment processor in a real Medusa 2.21.2 store",

  open: async () => ({
    providers: [{ resolve: "medusa-payment-rs/v2/manual", id: "manual" }],
    provider: "pp_manual_manual",
    name: "manual",
    /** What the provider says of the money: the manual processor has no other place for it than the payment's data. */
    books: async ({ status, captured, refunded }) => ({ status, captured, refunded }),
    async close() {},
  }),
};
