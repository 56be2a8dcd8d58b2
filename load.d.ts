/**
 * Loads the addon of a package: the file that `napi build` left in its folder, or the package for this platform that
 * npm installed beside it.
 *
 * @param folder the package's folder, `__dirname` in its `index.js`; its `package.json` has `napi.binaryName`
 * @throws Error if it is missing for this platform or cannot be loaded; the message says why, and what to do
 */
declare function load(folder: string): object;

export = load;
