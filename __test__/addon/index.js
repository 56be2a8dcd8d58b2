const link = require("medusa-payment-rs/link");

module.exports = link(require("./scripted-payments.node"));
