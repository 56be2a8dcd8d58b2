module.exports = require("../../services/stripe-provider.js");
