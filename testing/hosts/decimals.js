// Amounts as Medusa 2 has them: decimals in major units. The checks count in minor units, as providers do.

/** How many digits a currency has after the point, as Medusa 2 finds out (roundToCurrencyPrecision). */
const digitsOf = (currency) =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;

/** Minor units as a decimal: 1234 in eur is "12.34", and 1234.5 is "12.345". */
function decimal(minor, currency) {
  const digits = digitsOf(currency);
  const [whole, fraction = ""] = String(minor).split(".");
  const padded = whole.padStart(digits + 1, "0");
  const text = `${padded.slice(0, padded.length - digits)}.${padded.slice(padded.length - digits)}${fraction}`;
  return text.replace(/\.?0+$/, "") || "0";
}

/** The amount as it is stored beside the number, which alone is exact. */
const raw = (text) => ({ value: text, precision: 20 });

/** An amount's two columns in a row. */
const columns = (minor, currency) => {
  const text = decimal(minor, currency);
  return { amount: Number(text), raw_amount: raw(text) };
};

module.exports = { columns, decimal, raw };
