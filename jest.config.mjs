/** Node strips the types itself, so nothing is transformed: what the tests run is the source. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  globalSetup: '<rootDir>/tests/aws-variables.ts',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/tests/conformance/'],
  maxWorkers: 2,
  testTimeout: 30_000,
  // A worker that has nothing left to do takes 0.2 s to give 1.2 GB back, and longer on a busy machine: at jest's own
  // 0.5 s it is said to leak. One that does leak is still told of.
  workerGracefulExitTimeout: 5_000,
};
