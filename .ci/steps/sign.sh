# Unmodified AWS clients that hold no key: boto3, the AWS CLI and the AWS SDK for JavaScript behind `token-broker sign`, on moto, with uploads in parts and pages; what
# `--allow` does not name is refused; and the session's keys are looked for in what the program could see.
set -euo pipefail
source .ci/steps/listening.sh
# Another's client that signs chunks one by one, since none of AWS's for these languages does.
(cd .ci/chunks && GOFLAGS=-mod=readonly GOTOOLCHAIN=auto go build -o "$WORK/chunks" .)
port="$(free_port)"
"$VENV/aws/bin/moto_server" --host 127.0.0.1 --port "$port" >"$WORK/moto-server.log" 2>&1 &
trap 'kill %1 %2 2>/dev/null; wait' EXIT
until_listening "$port" || { cat "$WORK/moto-server.log" >&2; exit 1; }
start_broker "$WORK/stack.log" %2
export HOME="$HOME_FOR_CLIENTS" AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1 AWS_ENDPOINT_URL="http://127.0.0.1:$port"
export TOKEN_BROKER_URL="$broker" TOKEN_BROKER_PROOF="file:$WORK/token"
curl --fail --silent --show-error "$tokens" >"$WORK/token"
signed=(node_modules/.bin/node "$PWD/dist/token-broker.mjs" sign --scope demo --log "$WORK/sign.jsonl")
reading=("${signed[@]}" --allow 's3:Get*' --allow 's3:List*' --)
check() { # check NAME COMMAND...: its last line is ok
  local name="$1" said
  shift
  said="$("$@")" || { echo "$name failed" >&2; exit 1; }
  [[ "${said##*$'\n'}" == ok ]] || { printf '%s said: %s\n' "$name" "$said" >&2; exit 1; }
  echo "$name: ok"
}
python=("$VENV/aws/bin/python" .ci/clients/signed.py) js=(node_modules/.bin/node .ci/clients/signed.mjs)
check 'boto3, everything' "${signed[@]}" -- "${python[@]}" all
# The ten lines that docs/agents.md begins with.
example='"$VENV/aws/bin/python" examples/agents/agent.py | grep --quiet november && echo ok'
check 'the example in Python' "${signed[@]}" --allow 's3:GetObject on arn:aws:s3:::reports/*' -- bash -c "$example"
check 'boto3, reading only' "${reading[@]}" "${python[@]}" reading
of='arn:aws:*:eu-west-1:*:'
some=("${signed[@]}" --allow "dynamodb:GetItem on ${of}table/signed" --allow "sqs:* on ${of}signed" --allow "secretsmanager:GetSecretValue on ${of}secret:signed/*" --)
check 'boto3, some resources' "${some[@]}" "${python[@]}" resources
check 'chunks signed one by one' "${signed[@]}" --allow-streaming -- "$WORK/chunks" signed allowed
check 'chunks signed one by one, without the flag' "${signed[@]}" -- "$WORK/chunks" signed refused
check 'JavaScript, everything' "${signed[@]}" -- "${js[@]}" all
check 'JavaScript, reading S3 only' "${reading[@]}" "${js[@]}" reading
cli='set -e; head -c 9000000 /dev/urandom >"$WORK/up"; "$VENV/aws/bin/aws" s3 cp --quiet "$WORK/up" s3://signed/up; "$VENV/aws/bin/aws" s3 cp --quiet s3://signed/up "$WORK/down"; cmp "$WORK/up" "$WORK/down"; echo ok'
check 'AWS CLI, everything' "${signed[@]}" -- bash -c "$cli"
cli='"$VENV/aws/bin/aws" s3 ls | grep --quiet signed || exit 1; "$VENV/aws/bin/aws" s3 rm s3://signed/up >"$WORK/said" 2>&1 && exit 1; grep --quiet "token-broker sign" "$WORK/said" && echo ok'
check 'AWS CLI, reading only' "${reading[@]}" bash -c "$cli"
npm ci --prefix .ci/mcp --ignore-scripts --no-audit --no-fund --engine-strict=false >/dev/null
mcp=(node_modules/.bin/node "$PWD/dist/token-broker.mjs" mcp --log "$WORK/sign.jsonl" --allow 's3:Get*' --allow 's3:List*')
check "an agent with MCP's own SDK" node_modules/.bin/node .ci/mcp/agent.mjs "${mcp[@]}"
grep --quiet '"issuance":"iss_' "$WORK/sign.jsonl"
check 'the environment' "${signed[@]}" -- bash -c 'env | grep -E "ASIA|SESSION_TOKEN" && exit 1; tr "\0" "\n" </proc/$PPID/environ | grep -c ASIA >/dev/null && exit 1; echo ok'
# The session's keys are in none of these: memory, environment, command lines and open files of programs that wait after their work, what they wrote, the log, their home.
canary=(node_modules/.bin/node .ci/clients/canary.mjs "$broker" "$WORK/token" "$WORK/canary.jsonl" "$PWD/dist/token-broker.mjs")
check 'no key in the memory of boto3' "${canary[@]}" "${python[@]}" wait
check 'no key in the memory of the SDK for JavaScript' "${canary[@]}" "${js[@]}" wait
