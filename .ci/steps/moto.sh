# The end-to-end suite again, on moto: DynamoDB and Secrets Manager, then STS too.
set -euo pipefail
source .ci/steps/listening.sh
[[ -n "$(find tests/e2e -name '*.test.ts')" ]] || { echo 'tests/e2e has no test' >&2; exit 1; }
port="$(free_port)"
"$VENV/aws/bin/moto_server" --host 127.0.0.1 --port "$port" >"$WORK/moto-server.log" 2>&1 &
trap 'kill %1 2>/dev/null; wait' EXIT
until_listening "$port" || { cat "$WORK/moto-server.log" >&2; exit 1; }
endpoint="http://127.0.0.1:$port"
# Not there: faults and round trips, which stand in front of the embedded endpoints, and `npm start`, whose tables have one name and which takes over nobody's.
# moto calls no rotation function: RotateSecret leaves a secret without a current version. The rotations of the end-to-end suite are the embedded endpoint's.
TEST_AWS_ENDPOINTS=outside AWS_ENDPOINT_URL_DYNAMODB="$endpoint" AWS_ENDPOINT_URL_SECRETS_MANAGER="$endpoint" \
  npm test --silent -- tests/e2e --testPathIgnorePatterns /node_modules/ tests/e2e/faults tests/e2e/trips tests/e2e/start

# The ports' own suites too, on a DynamoDB that others wrote. It is one Python process: cases with many requests at once are dynalite's.
TEST_AWS_ENDPOINTS=outside AWS_ENDPOINT_URL_DYNAMODB="$endpoint" npm test --silent -- tests/aws/dynamodb tests/sign-in/stores \
  --testNamePattern '^(?!.*(thousand|of 50|at once|all instances|repeats of several|several counters|denial of several))'

# The archive's store, and the log over it, on an S3 that others wrote.
TEST_AWS_ENDPOINTS=outside AWS_ENDPOINT_URL_S3="$endpoint" npm test --silent -- tests/aws/s3 tests/e2e/archive

# Events, through a rule of the documented kind.
TEST_AWS_ENDPOINTS=outside AWS_ENDPOINT_URL_EVENTBRIDGE="$endpoint" AWS_ENDPOINT_URL_DYNAMODB="$endpoint" \
  npm test --silent -- tests/events/publish

# moto's STS looks at no trust policy: the cases that need one to be looked at, the demonstration's among them, are the embedded STS's.
curl --fail --silent --show-error --request POST "$endpoint/moto-api/reset" >/dev/null
TEST_AWS_ENDPOINTS=outside AWS_ENDPOINT_URL="$endpoint" npm test --silent -- tests/e2e/credentials.test.ts --testNamePattern '^(?!.*does not admit the broker)'
