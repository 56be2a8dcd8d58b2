// Builds the extensions of both hosts' admins from `src`. What comes out is committed, because a store takes it from the
// package as it is, and `npm run test:generated` looks whether it is that of the source.

const path = require("node:path");
const esbuild = require("esbuild");

const ROOT = path.resolve(__dirname, "..");
const NOTE = "Generated from admin/src by `npm run build:admin`.";

/** Where each host looks for it. Medusa 2's has to be there for `import` and for `require`, as `medusa plugin:build` has it. */
const BUNDLES = [
  { entry: "medusa1.tsx", outfile: "stripe/dist/admin/_virtual_entry.js", format: "esm" },
  { entry: "medusa2.tsx", outfile: ".medusa/server/src/admin/index.mjs", format: "esm" },
  { entry: "medusa2.tsx", outfile: ".medusa/server/src/admin/index.js", format: "cjs" },
];

for (const { entry, outfile, format } of BUNDLES) {
  esbuild.buildSync({
    entryPoints: [path.join(__dirname, "src", entry)],
    outfile: path.join(ROOT, outfile),
    format,
    bundle: true,
    packages: "external", // React and the host's own are there once, in the admin
    jsx: "automatic",
    target: "es2020",
    charset: "utf8",
    banner: { js: `// ${NOTE}` },
    logLevel: "warning",
  });
}
