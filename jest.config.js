import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  runtime: '<rootDir>/tests/setup/native-runtime.cjs',
  testEnvironment: '<rootDir>/tests/setup/native-environment.cjs',
  setupFiles: ['reflect-metadata'], // before the first class of type-graphql is read, as src/app.ts does
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', {}] },
  globalSetup: '<rootDir>/tests/setup/start-postgres.ts',
  globalTeardown: '<rootDir>/tests/setup/stop-postgres.ts',
  // Two more than there are processors: a third of the time of a test is waiting, for processes and for retries.
  maxWorkers: availableParallelism() + 2,
  testTimeout: 180_000, // some start whole servers, which takes its time on a busy machine
};
