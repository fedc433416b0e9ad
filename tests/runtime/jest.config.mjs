/**
 * The bundles under AWS's emulator of the Lambda runtime interface: CI builds it and runs these, `npm test` does not.
 */
export default {
  testEnvironment: 'node',
  rootDir: '../..',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  globalSetup: '<rootDir>/tests/aws-variables.ts',
  testMatch: ['<rootDir>/tests/runtime/**/*.emulated.ts'],
  maxWorkers: 1,
  testTimeout: 60_000,
};
