const link = require("medusa-payment-rs/link");
const load = require("medusa-payment-rs/load");

module.exports = link(load(__dirname));
