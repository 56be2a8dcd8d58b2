// The hosts whose plugins are compared, by their major version: the two subjects, and what is asked of them.

const HOSTS = { 1: () => require("./medusa1.js"), 2: () => require("./medusa2.js") };

const VERSIONS = Object.keys(HOSTS);

const hostOf = (version) => HOSTS[version]();

module.exports = { hostOf, VERSIONS };
