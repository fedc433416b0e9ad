# Test data that others made, beside the project.
set -euo pipefail
[[ -d ../shared/corpora ]] || { echo '../shared/corpora is missing' >&2; exit 1; }
npm test --silent -- --config tests/conformance/jest.config.mjs --testPathIgnorePatterns tests/conformance/saml-browser tests/conformance/console tests/conformance/two-regions tests/conformance/terraform tests/conformance/completion tests/conformance/archive tests/conformance/slow tests/conformance/mcp
