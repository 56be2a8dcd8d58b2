// Amounts inside the fake: whole thousandths of the currency's unit.

const { PayPalError } = require("./errors");

/** https://developer.paypal.com/api/rest/reference/currency-codes/, with the decimals that each takes. */
const DECIMALS = Object.fromEntries([
  ..."AUD BRL CAD CNY CZK DKK EUR HKD ILS MYR MXN NZD NOK PHP PLN GBP SGD SEK CHF THB USD"
    .split(" ")
    .map((c) => [c, 2]),
  ..."HUF JPY TWD".split(" ").map((c) => [c, 0]),
]);

function parse({ currency_code: currency, value } = {}) {
  if (!(currency in DECIMALS)) throw new PayPalError("CURRENCY_NOT_SUPPORTED", "amount/currency_code");
  if (typeof value !== "string" || !/^\d+(\.\d+)?$/.test(value)) {
    throw new PayPalError("INVALID_PARAMETER_SYNTAX", "amount/value");
  }
  const [whole, decimals = ""] = value.split(".");
  if (decimals.length > DECIMALS[currency]) {
    throw new PayPalError(DECIMALS[currency] === 0 ? "DECIMALS_NOT_SUPPORTED" : "DECIMAL_PRECISION", "amount/value");
  }
  return { currency, thousandths: Number(whole + decimals.padEnd(3, "0")) };
}

function spell({ currency, thousandths }) {
  const digits = String(thousandths).padStart(4, "0");
  const decimals = digits.slice(-3).slice(0, DECIMALS[currency]);
  return { currency_code: currency, value: digits.slice(0, -3) + (decimals && `.${decimals}`) };
}

module.exports = { parse, spell };
