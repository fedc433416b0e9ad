# The Model Context Protocol's conformance suite for authorization servers, against the local stack.
set -euo pipefail
npm ci --prefix .ci/mcp --ignore-scripts --no-audit --no-fund --engine-strict=false >/dev/null
npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/mcp
