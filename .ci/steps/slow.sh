# What waits for real time (the minute that copies of secrets live, refreshes and deadlines of the command line), and suites for which npm test has no room: end-to-end ones, and each field
# of each example made wrong, and the schemas in an editor's language server.
set -euo pipefail
npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/slow
