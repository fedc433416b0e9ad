# The bundles under AWS's emulator of the Lambda runtime interface, on the runtime's Node.js: what freezing, dead connections, timeouts and outages do; then the
# end-to-end suite. Not there: one that counts what callers at once share in one environment, and those that start the local stack by itself.
set -euo pipefail
export LAMBDA_RUNTIME_EMULATOR="$VENV/go/aws-lambda-rie"
[[ -x "$LAMBDA_RUNTIME_EMULATOR" ]] || { echo "$LAMBDA_RUNTIME_EMULATOR is missing" >&2; exit 1; }
npm test --silent -- --config tests/runtime/jest.config.mjs
npm test --silent -- tests/e2e --testPathIgnorePatterns /node_modules/ tests/e2e/trips tests/e2e/start --testNamePattern '^(?!.*200 at once: one request downstream)'
