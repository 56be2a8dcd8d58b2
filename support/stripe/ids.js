// Identifiers as Stripe makes them: a prefix that tells the kind, and random letters and digits.

const crypto = require("node:crypto");

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Kinds whose letters after the prefix are not 24. */
const LENGTHS = { cus: 14, req: 14, acct: 16 };

const letters = (length) => Array.from(crypto.randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join("");

const newId = (prefix) => `${prefix}_${letters(LENGTHS[prefix] ?? 24)}`;

const newClientSecret = (intentId) => `${intentId}_secret_${letters(25)}`;

module.exports = { newId, newClientSecret };
