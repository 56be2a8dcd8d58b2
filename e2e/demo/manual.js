// The demo with the manual processor: nobody has to pay, and there is nobody else who keeps books.

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
