module.exports = require("../../subscribers/stripe.js");
