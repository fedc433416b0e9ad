# The end-to-end suite again, on Amazon's own DynamoDB Local.
set -euo pipefail
source .ci/steps/listening.sh
[[ -n "$(find tests/e2e -name '*.test.ts')" ]] || { echo 'tests/e2e has no test' >&2; exit 1; }
port="$(free_port)" jars="$VENV/dynamodb-local/lib"
java -Xmx512m -Djava.library.path="$jars" -cp "$jars/*" .ci/dynamodb-local/Loopback.java \
  -inMemory -sharedDb -disableTelemetry -port "$port" >"$WORK/dynamodb-local.log" 2>&1 &
trap 'kill %1 2>/dev/null; wait' EXIT
until_listening "$port" || { cat "$WORK/dynamodb-local.log" >&2; exit 1; }
AWS_ENDPOINT_URL_DYNAMODB="http://127.0.0.1:$port" npm test --silent -- tests/e2e
