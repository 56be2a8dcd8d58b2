module.exports = require("../../api");
