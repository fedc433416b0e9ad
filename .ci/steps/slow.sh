# What waits for real time: the minute that copies of secrets live, refreshes and deadlines of the command line.
set -euo pipefail
npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/slow
