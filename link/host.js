// The host's own files. A project may hold several Medusas: those of the workspaces of a monorepo, or one that a plugin has
// brought along. What counts is the one that runs.

const path = require("path");

/** The folders from which the host is looked for: the project's, the main program's, and that of this package. */
function folders() {
  const main = [require.main?.path, process.argv[1] && path.dirname(process.argv[1])];
  return [process.cwd(), ...main, __dirname].filter(Boolean);
}

/** Whether a file is the one that ends so, in whichever `node_modules`. */
const isAnywhere = (file, end) => file.endsWith(path.join(path.sep, "node_modules", end));

/**
 * Returns the path of a file of the host, or undefined if there is no host.
 *
 * @param file its package and where it is in there, as `"@medusajs/medusa/dist/index.js"`
 * @param find finds it from a folder, and throws if it is not there
 */
function hostFile(file, find = (folder) => require.resolve(file, { paths: [folder] })) {
  const found = folders().flatMap((folder) => {
    try {
      return [find(folder)];
    } catch {
      return [];
    }
  });
  const { cache } = require;
  return (
    found.find((candidate) => candidate in cache) ??
    Object.keys(cache).find((loaded) => isAnywhere(loaded, file)) ??
    found[0]
  );
}

module.exports = { folders, hostFile };
