import all, * as names from "medusa-payment-rs";
import { AbstractPaymentProcessor } from "medusa-payment-rs";
import link from "medusa-payment-rs/link";

class Manual extends AbstractPaymentProcessor {
  static identifier = "manual";
}

const exported = Object.keys(names).filter((name) => !["default", "module.exports"].includes(name));
const result = {
  names: exported.sort(),
  same: exported.every((name) => names[name] === all[name]),
  linked: typeof link,
  captured: await new Manual({}).capturePayment({}),
};
console.log(JSON.stringify(result));
