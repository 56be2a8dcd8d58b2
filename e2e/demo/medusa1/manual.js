// The demo with the manual processor: no shopper has to pay, and no provider has a ledger.

module.exports = {
  title: "A Rust payment processor in a real Medusa 1.20.10 store",

  open: async () => ({
    plugins: ["medusa-payment-rs"],
    providers: ["manual"],
    async pay() {},
    async books() {},
    async close() {},
  }),
};
