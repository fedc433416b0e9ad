# docs/disaster.md, rehearsed as far as moto goes: a second stack in another Region takes over.
set -euo pipefail
source .ci/steps/listening.sh
port="$(free_port)"
"$VENV/aws/bin/moto_server" --host 127.0.0.1 --port "$port" >"$WORK/moto-regions.log" 2>&1 &
trap 'kill %1 2>/dev/null; wait' EXIT
until_listening "$port" || { cat "$WORK/moto-regions.log" >&2; exit 1; }
endpoint="http://127.0.0.1:$port"
TEST_AWS_ENDPOINTS=outside AWS_ENDPOINT_URL_DYNAMODB="$endpoint" AWS_ENDPOINT_URL_SECRETS_MANAGER="$endpoint" \
  npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/two-regions
