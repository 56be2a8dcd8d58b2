module.exports = require("../../loaders/captures.js");
