module.exports = require("../../services/stripe-bancontact.js");
