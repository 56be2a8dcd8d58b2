module.exports = require("../../services/stripe-przelewy24.js");
