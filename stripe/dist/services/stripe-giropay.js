module.exports = require("../../services/stripe-giropay.js");
