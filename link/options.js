// Which options a processor has. Medusa gives the services of a plugin the plugin's options, and those of the project
// itself (`src/services`) all of its configuration (dist/loaders/helpers/resolve-plugins.js).

const fs = require("fs");
const path = require("path");

/** Whether it is what Medusa makes of a project's `medusa-config.js` (dist/loaders/config.js). */
const isConfiguration = ({ projectConfig, plugins }) => typeof projectConfig === "object" && Array.isArray(plugins);

/** The folder from which Medusa loads a plugin (dist/loaders/helpers/resolve-plugins.js). */
function folderOf(name) {
  const local = path.resolve("plugins", name);
  if (!fs.existsSync(name) && fs.existsSync(local)) return local;
  const folder = path.dirname(require.resolve(`${name}/package.json`, { paths: [process.cwd()] }));
  const built = path.join(folder, "dist");
  return fs.existsSync(built) ? built : folder;
}

/** The classes that Medusa loads from a plugin; none if it cannot be loaded, which Medusa reports itself. */
function servicesOf(name) {
  try {
    const folder = path.join(folderOf(name), "services");
    const files = fs.readdirSync(folder).filter((file) => /^[^_].*\.js$/.test(file));
    return files.map((file) => require(path.join(folder, file)).default);
  } catch {
    return [];
  }
}

/**
 * The options of a service that was constructed with `given`: if that is the project's configuration, those of the plugin
 * that serves `identifier` with the same addon, and none if there is no such plugin or more than one.
 *
 * @param AbstractPaymentProcessor the addon's class
 */
function optionsIn(given, identifier, AbstractPaymentProcessor) {
  const isServed = (Service) =>
    Service?.identifier === identifier && Service.prototype instanceof AbstractPaymentProcessor;
  const [plugin, ...others] = given.plugins.filter((plugin) => servicesOf(plugin.resolve ?? plugin).some(isServed));
  return (others.length === 0 && plugin?.options) || {};
}

/** Makes the function that finds the options of the instances of `linked.Class`. */
module.exports = function optionsFor(linked) {
  // Medusa makes a new instance for each request, with the same configuration.
  const found = new WeakMap();

  return function options(given, identifier) {
    if (!isConfiguration(given)) return given;
    const known = found.get(given) ?? {};
    found.set(given, known);
    known[identifier] ??= optionsIn(given, identifier, linked.Class);
    return known[identifier];
  };
};
