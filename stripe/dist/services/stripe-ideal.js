module.exports = require("../../services/stripe-ideal.js");
