// Numbers and tables as a person reads them.

const number = (value, digits = 1) =>
  value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

const megabytes = (bytes, digits = 2) => `${number(bytes / 2 ** 20, digits)} MB`;

/** Rows of texts: the first column begins on the left, the others end on the right. */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) =>
    row.map((text, column) => (column ? text.padStart(widths[column]) : text.padEnd(widths[column]))).join("  ");
  return rows.map((row) => `  ${line(row)}`.trimEnd()).join("\n");
}

module.exports = { megabytes, number, table };
