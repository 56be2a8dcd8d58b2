// As much of an npm registry as it takes to publish there and to install from it: it keeps the packages that are `own`,
// and sends requests for other packages on to `upstream`.

const http = require("node:http");

/** `/name`, `/@scope%2fname`, `/name/-/name-1.0.0.tgz` */
const TARGET = /^\/(@[^/]+\/[^/]+|[^/]+)(?:\/-\/(.+))?$/;

/** `accepts(name)` may refuse what is published. */
async function startRegistry({ own, upstream, accepts = () => true }) {
  const packages = new Map();
  const tarballs = new Map();

  function publish(name, { versions, _attachments, "dist-tags": tags }) {
    if (!accepts(name)) return 403;
    const known = packages.get(name) ?? { name, versions: {}, "dist-tags": {} };
    for (const [version, manifest] of Object.entries(versions)) {
      if (known.versions[version]) return 403;
      const file = `${name}-${version}.tgz`;
      tarballs.set(`${name}/${file}`, Buffer.from(_attachments[file].data, "base64"));
      manifest.dist.tarball = `${url}/${name}/-/${file}`;
      known.versions[version] = manifest;
    }
    Object.assign(known["dist-tags"], tags);
    packages.set(name, known);
    return 201;
  }

  async function answer(request, response) {
    const [, name, file] = TARGET.exec(decodeURIComponent(request.url)) ?? [];
    if (!name || !own(name)) {
      // Nothing is published elsewhere.
      if (request.method === "PUT") response.writeHead(403).end("{}");
      else response.writeHead(302, { location: upstream.replace(/\/$/, "") + request.url }).end();
    } else if (request.method === "PUT") {
      let body = "";
      for await (const chunk of request.setEncoding("utf8")) body += chunk;
      response.writeHead(publish(name, JSON.parse(body)), { "content-type": "application/json" }).end("{}");
    } else {
      const found = file ? tarballs.get(`${name}/${file}`) : JSON.stringify(packages.get(name));
      response.writeHead(found ? 200 : 404).end(found ?? "{}");
    }
  }

  const server = http.createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  return {
    url,
    /** What was published, in this order. */
    published: () =>
      [...packages.values()].flatMap(({ name, versions }) => Object.keys(versions).map((v) => `${name}@${v}`)),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

module.exports = { startRegistry };
