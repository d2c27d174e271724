const { ModuleMocker } = require('jest-mock');

const HANDLERS_OF_A_FILE = Symbol.for('EVENT_HANDLERS');

/** Runs test files in the realm of the worker itself, where native-runtime.cjs loads their modules. */
module.exports = class NativeEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  fakeTimersModern = null;
  before = { console: globalThis.console, exit: process.exit, env: { ...process.env } };

  async setup() {
    delete Error.prepareStackTrace; // Jest's knows the files that it has loaded; Node reads the maps of the others
  }

  /** Leaves the process as it was, for the next file. */
  async teardown() {
    delete globalThis[HANDLERS_OF_A_FILE];
    const { console, exit, env } = this.before;
    Object.assign(globalThis, { console });
    process.exit = exit;
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return null;
  }
};
