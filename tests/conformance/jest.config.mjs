/** Test data that others made, outside the project: CI runs these, `npm test` does not. */
export default {
  testEnvironment: 'node',
  rootDir: '../..',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  globalSetup: '<rootDir>/tests/aws-variables.ts',
  testMatch: ['<rootDir>/tests/conformance/**/*.test.ts'],
  maxWorkers: 2,
  testTimeout: 60_000,
};
