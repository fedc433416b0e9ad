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
};
