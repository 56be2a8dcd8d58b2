// Amounts of Medusa 2, exactly as it has them.

/** The exact text of an amount: what JSON has of Medusa's `BigNumber` is a binary number. */
function exactText(amount) {
  try {
    const value = amount?.raw?.value;
    return value === undefined ? undefined : String(value); // without one, JSON can carry the amount
  } catch {
    return undefined;
  }
}

/**
 * The text of an amount that JSON cannot carry as it is; it makes `null` of NaN. Throws nothing: what is wrong with the
 * input is said where all of it is read.
 */
function exactAmount(input) {
  try {
    const { amount } = input;
    if (typeof amount === "number" && !Number.isFinite(amount)) return String(amount);
    return typeof amount === "object" ? exactText(amount) : undefined;
  } catch {
    return undefined;
  }
}

/** The amount of a row of Medusa's, as text. */
const amountOf = ({ raw_amount, amount }) => String(raw_amount?.value ?? exactText(amount) ?? amount);

module.exports = { amountOf, exactAmount };
