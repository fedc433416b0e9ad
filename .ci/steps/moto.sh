# The end-to-end suite again, with moto in place of every embedded AWS endpoint.
set -euo pipefail
source .ci/steps/listening.sh
[[ -n "$(find tests/e2e -name '*.test.ts')" ]] || { echo 'tests/e2e has no test' >&2; exit 1; }
port="$(free_port)"
"$VENV/aws/bin/moto_server" --host 127.0.0.1 --port "$port" >"$WORK/moto.log" 2>&1 &
trap 'kill %1 2>/dev/null; wait' EXIT
until_listening "$port" || { cat "$WORK/moto.log" >&2; exit 1; }
AWS_ENDPOINT_URL="http://127.0.0.1:$port" npm test --silent -- tests/e2e
