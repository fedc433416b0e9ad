#!/bin/sh
# Prints the settings with which AWS tools have their credentials of the broker's scope $SCOPE, for $GITHUB_ENV.
# Whenever a program needs credentials, GitHub says anew who this job is. Nothing is stored but the way to ask.
set -eu
cat > "$RUNNER_TEMP/broker-credentials" <<'EOF'
token=$(printf 'Authorization: bearer %s' "$ACTIONS_ID_TOKEN_REQUEST_TOKEN" |
  curl --silent --show-error --fail --header @- "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=$TOKEN_BROKER_ISSUER" |
  jq --exit-status --raw-output .value) || exit
answer=$(printf 'Authorization: Bearer %s' "$token" |
  curl --silent --show-error --fail-with-body --header @- "$TOKEN_BROKER_ISSUER/v1/credentials/$SCOPE") &&
  printf '%s\n' "$answer" && exit
printf '%s\n' "$answer" >&2
exit 1
EOF
cat > "$RUNNER_TEMP/aws-config" <<EOF
[profile broker]
region = $AWS_REGION
credential_process = sh $RUNNER_TEMP/broker-credentials
EOF
echo "AWS_CONFIG_FILE=$RUNNER_TEMP/aws-config"
echo "AWS_PROFILE=broker"
