// What Medusa's documentation has a store write to show a customer's saved cards: Medusa itself has no such route.

const { Modules } = require("@medusajs/framework/utils");

exports.GET = async function listSavedPaymentMethods({ params, scope }, response) {
  const payments = scope.resolve(Modules.PAYMENT);
  const [holder] = await payments.listAccountHolders({ id: params.account_holder_id });
  const filters = { provider_id: holder.provider_id, context: { account_holder: holder } };
  response.json({ payment_methods: await payments.listPaymentMethods(filters) });
};
