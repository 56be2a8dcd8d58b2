module.exports = require("../../services/stripe-blik.js");
