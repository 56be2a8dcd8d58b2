// The code blocks of the documentation's pages.

const fs = require("node:fs");

/** `{ language, code }` of each block, without the space that it has in a list. */
function blocksIn(file) {
  const text = fs.readFileSync(file, "utf8");
  return [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)].map(([, space, language, code]) => ({
    language,
    code: code.replace(new RegExp(`^${space}`, "gm"), ""),
  }));
}

/** The code of the blocks in one language. */
const codeIn = (file, language) =>
  blocksIn(file)
    .filter((block) => block.language === language)
    .map(({ code }) => code);

module.exports = { blocksIn, codeIn };
