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
 * What makes a service of a plugin the one that a class stands beside or on top of, the closest relation first: its
 * identifier is the class's, the class extends it, its identifier is the name of the class's processor, it has the same
 * processor.
 */
const RELATIONS = [
  ({ identifier }, service) => service.identifier === identifier,
  ({ Class }, service) => Class.prototype instanceof service.Service,
  ({ processor }, service) => service.identifier === processor,
  ({ processor }, service) => service.processor === processor,
];

/**
 * The options of an instance of `own.Class` that was constructed with `given`: if that is the project's configuration, those
 * of the plugin that has the closest service made with the same addon, and none if there is no such plugin or more than one.
 *
 * @param own `{ identifier, Class, processor }`
 * @param describe returns the same of a service, if it is one of the addon's
 */
function optionsIn(given, own, describe) {
  const plugins = given.plugins.map((plugin) => ({
    options: plugin.options,
    services: servicesOf(plugin.resolve ?? plugin).flatMap(describe),
  }));
  for (const isRelated of RELATIONS) {
    const [plugin, ...others] = plugins.filter(({ services }) => services.some((service) => isRelated(own, service)));
    if (plugin) return (others.length === 0 && plugin.options) || {};
  }
  return {};
}

/** Makes the function that finds the options of the instances of `linked.Class`; `processorOf` is the addon's. */
module.exports = function optionsFor(linked, processorOf) {
  // Medusa makes a new instance for each request, with the same configuration.
  const found = new WeakMap();

  function describe(Service) {
    if (!Service?.identifier || !(Service.prototype instanceof linked.Class)) return [];
    return [{ Service, identifier: Service.identifier, processor: processorOf(Service) }];
  }

  return function options(given, identifier, Class) {
    if (!isConfiguration(given)) return given;
    const known = found.get(given) ?? {};
    found.set(given, known);
    known[identifier] ??= optionsIn(given, { identifier, Class, processor: processorOf(Class) }, describe);
    return known[identifier];
  };
};
