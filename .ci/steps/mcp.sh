# The Model Context Protocol: its conformance suite for authorization servers against the local stack, and the example of a server, with its
# own configuration, on moto: the official SDKs' clients find their way from its address to an answer out of S3.
set -euo pipefail
source .ci/steps/listening.sh
npm ci --prefix .ci/mcp --ignore-scripts --no-audit --no-fund --engine-strict=false >/dev/null
npm ci --prefix examples/mcp-server --ignore-scripts --no-audit --no-fund --engine-strict=false >/dev/null
node_modules/.bin/tsc --project examples/mcp-server
node_modules/.bin/node bin/cli.ts policy validate --strict --issuer https://broker.example.com examples/mcp-server/broker
node_modules/.bin/node bin/cli.ts policy test examples/mcp-server/broker
port="$(free_port)"
"$VENV/aws/bin/moto_server" --host 127.0.0.1 --port "$port" >"$WORK/moto-server.log" 2>&1 &
trap 'kill %1 2>/dev/null; wait' EXIT
until_listening "$port" || { cat "$WORK/moto-server.log" >&2; exit 1; }
export MOTO_URL="http://127.0.0.1:$port"
npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/mcp
# The same of the same server in Python, whose packages the environment of the step `python` has.
EXAMPLE_PYTHON="$VENV/python/bin/python" npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/mcp/example-server
