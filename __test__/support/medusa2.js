// The project with Medusa 2 in it, beside the one with Medusa 1 in which these tests run.

const path = require("node:path");

const STORE = process.env.MEDUSA_2_STORE ?? path.join(process.cwd(), "../medusa2");

/** The path of a file of a package that the project has. */
const inMedusa2 = (file) => path.join(STORE, "node_modules", file);

module.exports = { inMedusa2 };
