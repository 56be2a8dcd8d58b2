// Which currencies and amounts Stripe takes. https://stripe.com/docs/currencies

const { invalid, notInteger } = require("./errors");

const SUPPORTED = new Set(
  (
    "usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf " +
    "clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr " +
    "ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mro mur " +
    "mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek " +
    "sgd shp sll sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw"
  ).split(" "),
);
const ZERO_DECIMAL = new Set(
  "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "), // the amount is in major units
);
/** They have no decimals any more, but the API still takes two: 5 ISK are 500. */
const WITHOUT_FRACTION = new Set(["isk", "ugx"]);
const THREE_DECIMAL = new Set("bhd jod kwd omr tnd".split(" "));

/** In the smallest unit. For other currencies Stripe converts into the account's own, which the fake does not. */
const MINIMUM = {
  ...{ usd: 50, aed: 200, aud: 50, bgn: 100, brl: 50, cad: 50, chf: 50, czk: 1500, dkk: 250, eur: 50, gbp: 30 },
  ...{ hkd: 400, huf: 17500, inr: 50, jpy: 50, mxn: 1000, myr: 200, nok: 300, nzd: 50, pln: 200, ron: 200, sek: 300 },
  ...{ sgd: 50, thb: 1000 },
};
const MAXIMUM = 99_999_999; // eight digits

const SYMBOLS = { usd: "$", eur: "€", gbp: "£", jpy: "¥" };

/** The parameter type: Stripe answers in lower case whatever it was given. */
function currency(value, name) {
  const code = String(value).toLowerCase();
  if (SUPPORTED.has(code)) return code;
  const known = [...SUPPORTED].join(", ");
  throw invalid({
    message: `Invalid currency: ${code}. Stripe currently supports these currencies: ${known}`,
    param: name,
  });
}

/** What a customer can be charged. */
function checkCharge(amount, code, param = "amount") {
  checkUnit(amount, code, param);
  const minimum = MINIMUM[code] ?? 1;
  if (amount < minimum) {
    const message = `Amount must be at least ${money(minimum, code)} ${code}`;
    throw invalid({ code: "amount_too_small", message, param });
  }
  if (amount > MAXIMUM) {
    const message = `Amount must be no more than ${money(MAXIMUM, code)}`;
    throw invalid({ code: "amount_too_large", message, param });
  }
}

/** Stripe's partners know two decimals, so the third has to be 0; and of some currencies there is no fraction at all. */
function checkUnit(amount, code, param = "amount") {
  const unit = THREE_DECIMAL.has(code) ? 10 : WITHOUT_FRACTION.has(code) ? 100 : 1;
  if (amount % unit === 0) return;
  const digits = unit === 10 ? "the last digit must be 0" : "the last two digits must be 0";
  throw notInteger(param, `Invalid amount: in ${code.toUpperCase()} ${digits}, as in ${amount - (amount % unit)}.`);
}

/** An amount for people: `$1,234.50`. */
function money(amount, code) {
  const decimals = ZERO_DECIMAL.has(code) ? 0 : THREE_DECIMAL.has(code) ? 3 : 2;
  const digits = (amount / 10 ** decimals).toFixed(decimals).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ",");
  return SYMBOLS[code] ? SYMBOLS[code] + digits : `${digits} ${code.toUpperCase()}`;
}

module.exports = { checkCharge, checkUnit, currency, money };
