const { register } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { default: JestRuntime } = require('jest-runtime');

// Jest gives each test file a module registry and a realm of its own: everything that a server needs, its dependencies
// included, was loaded anew for each of hundreds of files, which took more time than the tests, and it was never
// freed again. Here Node loads the modules, as it does in production, once per worker. Test files are still run by
// Jest, each in a fresh state of its test runner; what they share is what modules keep, and ours keep caches alone.

register('./typescript-hooks.mjs', pathToFileURL(join(__dirname, '/')));
process.setSourceMapsEnabled(true);

module.exports = class NativeRuntime extends JestRuntime {
  unstable_shouldLoadAsEsm() {
    return true;
  }

  unstable_importModule(file) {
    return import(pathToFileURL(file).href);
  }

  /** The test runner itself, whose state must not outlive a file. */
  requireInternalModule(file) {
    delete require.cache[require.resolve(file)];
    return require(file);
  }
};
