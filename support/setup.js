// What every command needs on a fresh clone: this package's own tools, as its lock file has them.

require("./prerequisites").check(); // before anything that an old Node could not read

const { isInstalled, npm } = require("./npm");
const { ROOT } = require("./paths");

if (!isInstalled(ROOT)) npm(ROOT, ["ci"], { onLine: console.log });
