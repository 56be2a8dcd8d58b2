// A headless browser, for what only a person in front of one sees.

const { spawnSync } = require("node:child_process");
const { chromium } = require("playwright-core");

/** Chromium as Debian calls it, as others do, and its kin. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

const program = NAMES.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);

/** An admin asks for fonts, and tells its makers how it is used. */
const ONLY_THIS_MACHINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";

const MISSING = `There is no browser: install Chromium (Debian: apt-get install chromium), so that one of ${NAMES.join(", ")} is on the PATH.`;

/** The option `skip` of tests that need a browser: why, if there is none. In CI it is an error. */
function withoutBrowser() {
  if (!program && process.env.CI) throw new Error(MISSING);
  return program ? false : MISSING;
}

/**
 * Starts the browser. Resolves with `{ open, close }`: `open(settings)` is a new page, of a person who has been nowhere
 * yet, with Playwright's settings of a context.
 */
async function startBrowser() {
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath: pathOf(program), args: [...asRoot, ONLY_THIS_MACHINE] });
  return {
    async open(settings) {
      const page = await browser.newPage({ locale: "en-US", viewport: { width: 1440, height: 1000 }, ...settings });
      page.setDefaultTimeout(60_000);
      return page;
    },
    close: () => browser.close(),
  };
}

const pathOf = (name) => spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();

module.exports = { startBrowser, withoutBrowser };
