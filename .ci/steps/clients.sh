# Unmodified AWS clients against the local stack, as a workload would be set up: the AWS CLI, boto3 and the AWS SDK for JavaScript,
# by /sts with a token file, and by /v1/credentials as container credentials and as credential_process; and through the command
# line: as credential_process, behind `exec`, and beside `serve`.
set -euo pipefail
source .ci/steps/listening.sh
trap 'kill %1 %2 2>/dev/null; wait' EXIT
start_broker "$WORK/stack.log" %1

export BROKER="$broker" SCOPE=demo TOKEN_FILE="$WORK/token" HOME="$HOME_FOR_CLIENTS"
curl --fail --silent --show-error "$tokens" >"$TOKEN_FILE"

check() { # check NAME COMMAND...: it prints the access key id of a session, whole or (the AWS CLI) its last four characters
  local name="$1" key
  shift
  rm -rf "$HOME/.aws/cli/cache"
  key="$("$@")" || { echo "$name failed" >&2; exit 1; }
  [[ "$key" =~ ^(ASIA[A-Z0-9]{12,}|\*+[A-Z0-9]{4})$ ]] || { echo "$name printed no access key id" >&2; exit 1; }
  echo "$name: ok"
}
web_identity=(env "AWS_ROLE_ARN=arn:aws:broker:::scope/$SCOPE" "AWS_WEB_IDENTITY_TOKEN_FILE=$TOKEN_FILE" "AWS_ENDPOINT_URL_STS=$BROKER/sts")
container=(env "AWS_CONTAINER_CREDENTIALS_FULL_URI=$BROKER/v1/credentials/$SCOPE" "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$TOKEN_FILE")
cat >"$WORK/process-config" <<EOF
[default]
credential_process = sh $PWD/examples/credential-process.sh $BROKER/v1/credentials/$SCOPE $WORK/authorization
EOF
printf 'Authorization: Bearer %s' "$(cat "$TOKEN_FILE")" >"$WORK/authorization"
process=(env "AWS_CONFIG_FILE=$WORK/process-config")

export TOKEN_BROKER_URL="$BROKER" TOKEN_BROKER_PROOF="file:$TOKEN_FILE" TOKEN_BROKER_CACHE="$WORK/token-broker-cache"
broker_command=(node_modules/.bin/node "$PWD/dist/token-broker.mjs")
cat >"$WORK/command-config" <<EOF
[default]
credential_process = $PWD/node_modules/.bin/node $PWD/dist/token-broker.mjs credentials --scope $SCOPE
EOF
command=(env "AWS_CONFIG_FILE=$WORK/command-config")
executed=("${broker_command[@]}" exec --scope "$SCOPE" --)
"${broker_command[@]}" serve --scope "$SCOPE" --listen 127.0.0.1:0 --token-file "$WORK/authorization-token" >"$WORK/serve.log" &
for _ in $(seq 300); do
  grep --quiet '^ready ' "$WORK/serve.log" && break
  sleep 0.2
done
sidecar="$(sed -n 's/^ready //p' "$WORK/serve.log")"
served=(env "AWS_CONTAINER_CREDENTIALS_FULL_URI=$sidecar/credentials/$SCOPE" "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$WORK/authorization-token")

cli=(bash -c '"$VENV/aws/bin/aws" configure list | grep --only-matching -E "\*{8,}[A-Z0-9]{4}" | head -1')
boto=("$VENV/aws/bin/python" .ci/clients/access_key.py)
js=(node_modules/.bin/node .ci/clients/access-key.mjs)
for way in web_identity container process command executed served; do
  declare -n set_up="$way"
  check "AWS CLI, $way" "${set_up[@]}" "${cli[@]}"
  check "boto3, $way" "${set_up[@]}" "${boto[@]}"
  check "AWS SDK for JavaScript, $way" "${set_up[@]}" "${js[@]}"
done

check 'boto3, assume_role_with_web_identity(Policy=…)' "${web_identity[@]}" "$VENV/aws/bin/python" .ci/clients/narrowed.py

# The single executable, without a Node.js on the path: `npm run executable`.
npm run --silent executable 2>"$WORK/executable.log" || { cat "$WORK/executable.log" >&2; exit 1; }
alone=(env --ignore-environment PATH=/usr/bin:/bin "HOME=$HOME" "TOKEN_BROKER_URL=$BROKER" "TOKEN_BROKER_PROOF=file:$TOKEN_FILE" "TOKEN_BROKER_CACHE=$WORK/executable-cache")
[[ "$("${alone[@]}" dist/executable/token-broker --version)" == "$("${broker_command[@]}" --version)" ]] || { echo 'the executable is of another build' >&2; exit 1; }
check 'the executable, credentials' sh -c '"$@" | jq --raw-output .AccessKeyId' sh "${alone[@]}" dist/executable/token-broker credentials --scope "$SCOPE"
ln -sf "$PWD/dist/executable/token-broker" "$WORK/docker-credential-token-broker"
[[ "$("${alone[@]}" "$WORK/docker-credential-token-broker" list)" == '{}' ]] || { echo 'the executable is no credential helper under that name' >&2; exit 1; }
echo 'the executable: ok'

# A refusal says why, in the words of the broker.
sed "s|/credentials/$SCOPE |/credentials/nothing |" "$WORK/process-config" >"$WORK/refused-config"
if refused="$(AWS_CONFIG_FILE="$WORK/refused-config" "$VENV/aws/bin/python" .ci/clients/access_key.py 2>&1)"; then
  echo 'a scope that does not exist gave credentials' >&2
  exit 1
fi
grep --quiet '"reason":"not_allowed"' <<<"$refused" || { printf '%s\n' "$refused" >&2; exit 1; }
echo 'boto3, a refusal by credential_process: ok'
