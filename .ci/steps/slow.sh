# What waits for real time (the minute that copies of secrets live, refreshes and deadlines of the command line), and end-to-end suites for which npm test has no room.
set -euo pipefail
npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/slow
