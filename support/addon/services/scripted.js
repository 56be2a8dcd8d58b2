const { AbstractPaymentProcessor } = require("../index.js");

class ScriptedService extends AbstractPaymentProcessor {
  static identifier = "scripted";
}

exports.default = ScriptedService;
