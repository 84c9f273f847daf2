/** The whole chain replayed and killed, or in containers, takes minutes: `npm run live`, `npm run test:compose`. */
const LONG_TESTS = process.env.RESETSCOPE_LIVE === '1' ? [] : ['<rootDir>/test/live/', '<rootDir>/test/compose/'];

/** Tests run on the sources: the exports condition `@resetscope/source` points every package at its src/. */
export default {
  testEnvironment: 'node',
  // jest's own 5 s are missed where a test starts programs on two busy cores (measured).
  testTimeout: 30_000,
  // jest's own choice on two cores is one; most of the time tests wait for programs.
  maxWorkers: 2,
  roots: ['<rootDir>/packages', '<rootDir>/apps', '<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', ...LONG_TESTS],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  testEnvironmentOptions: { customExportConditions: ['@resetscope/source', 'node', 'node-addons'] },
  reporters: ['default', '<rootDir>/scripts/plain-reporter.mjs'],
};
