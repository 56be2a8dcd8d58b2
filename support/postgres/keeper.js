// The process that owns one PostgreSQL server and its folder: `keeper.js <binaries> <cluster to copy, or "">`.
// When the IPC channel closes it stops the server and deletes the folder.

const { execFileSync, spawn, spawnSync } = require("node:child_process");
const crypto = require("node:crypto");
const fs = require("node:fs");
const net = require("node:net");
const os = require("node:os");
const path = require("node:path");

const PORT_ATTEMPTS = 5;
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "50",
  // The data lives for a minute: a crash may lose it.
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
};

const [binaries, template] = process.argv.slice(2);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "medusa-payment-rs-pg-"));
const cluster = path.join(folder, "cluster");
const data = path.join(cluster, "data");
const passwordFile = path.join(cluster, "password");
let server;
let keepAs;

// Ctrl-C and its kin are the parent's to handle; the channel says when it is over.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.disconnect?.());
process.on("message", (message) => (keepAs = message.keepAs));
process.once("disconnect", () => end(0));
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);

main();

async function main() {
  // PostgreSQL refuses to run as root. `nobody` is on every Unix, so no user has to be made, nor left behind.
  const user = process.getuid() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
  const bin = path.join(canRun(user) ? binaries : copyOfBinaries(), "bin");

  if (template) copy(template, cluster);
  else initialise(bin, user);
  if (user.uid) execFileSync("chown", ["-R", `${user.uid}:${user.gid}`, folder]);

  const port = await start(path.join(bin, "postgres"), user);
  if (process.connected) process.send({ ready: { port, password: fs.readFileSync(passwordFile, "utf8") } });
}

function idOf(flag) {
  return Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
}

/** Whether the user can run them where they are: the checkout may lie where only root can go, as in /root. */
function canRun(user) {
  const options = { ...user, cwd: "/", stdio: "ignore" };
  return spawnSync(path.join(binaries, "bin/postgres"), ["--version"], options).status === 0;
}

function copyOfBinaries() {
  const target = path.join(folder, "native");
  copy(binaries, target);
  return target;
}

function copy(from, to) {
  execFileSync("cp", ["-a", from, to]);
}

function initialise(bin, user) {
  fs.mkdirSync(cluster, { mode: 0o700 });
  fs.writeFileSync(passwordFile, crypto.randomBytes(16).toString("hex"), { mode: 0o600 });
  if (user.uid) execFileSync("chown", ["-R", `${user.uid}:${user.gid}`, folder]);
  const args = ["-D", data, "-U", "postgres", "-A", "scram-sha-256", `--pwfile=${passwordFile}`];
  const small = ["--encoding=UTF8", "--no-locale", "--no-sync", "--wal-segsize=1"];
  execFileSync(path.join(bin, "initdb"), [...args, ...small], {
    ...user,
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Between the moment a port is found free and the moment the server takes it, another program may take it. */
async function start(postgres, user) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    server = spawn(postgres, ["-D", data, ...settings], { ...user, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    const { ready, output } = await startup(server);
    if (ready) return port;
    if (attempt === PORT_ATTEMPTS || !output.includes("could not bind")) throw new Error(output);
  }
}

function startup(child) {
  return new Promise((resolve) => {
    let output = "";
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      output = (output + chunk).slice(-10_000);
      if (output.includes("database system is ready to accept connections")) resolve({ ready: true });
    });
    child.once("error", (error) => resolve({ ready: false, output: String(error) }));
    child.once("close", () => resolve({ ready: false, output }));
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function fail(error) {
  console.error(error);
  end(1);
}

async function end(code) {
  if (server && server.exitCode === null && server.signalCode === null && server.pid) {
    const stopped = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGINT"); // PostgreSQL's "fast" shutdown: it does not wait for its clients
    await stopped;
  }
  if (keepAs && code === 0) keep();
  fs.rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

/** The rename comes last: a cluster is either there as a whole or not at all. */
function keep() {
  const partial = `${keepAs}.partial`;
  fs.mkdirSync(path.dirname(keepAs), { recursive: true });
  fs.rmSync(partial, { recursive: true, force: true });
  copy(cluster, partial);
  fs.renameSync(partial, keepAs);
}
