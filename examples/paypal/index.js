const { AbstractPaymentProcessor, PayPalProviderService, registeredIdentifiers } = require("./processor.js");

module.exports = { AbstractPaymentProcessor, PayPalProviderService, registeredIdentifiers };
