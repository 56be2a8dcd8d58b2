// The fuzz targets (src/fuzz.rs) with a million cases each, or as many as are asked for: npm run fuzz -- 10000000

const { spawnSync } = require("node:child_process");

const [cases = "1000000"] = process.argv.slice(2);
const { status } = spawnSync(
  "cargo",
  ["test", "--locked", "--release", "--features", "testing,addon", "--config", "profile.release.lto=false", "fuzz_"],
  { stdio: "inherit", env: { ...process.env, PROPTEST_CASES: cases } },
);
process.exitCode = status ?? 1;
