// The file in which the scripted processor writes what moved money.

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

/**
 * A ledger that no other test writes to. As an option it also gives the test a processor of its own: processors are
 * shared by all instances with the same options.
 */
function openLedger() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ledger-"));
  const file = path.join(folder, "ledger");
  const entries = () => {
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split(" "));
  };
  return {
    file,
    /** "operation payment amount", one for each time that money was moved. */
    lines: () => entries().map(([operation, payment, _, ...amount]) => [operation, payment, ...amount].join(" ")),
    close: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

module.exports = { openLedger };
