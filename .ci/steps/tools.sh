# Installs what the other steps need: pinned, into node_modules and .venv, and from Debian where this is Debian and we are root.
set -euo pipefail

need() { # need COMMAND PACKAGE...: the packages where the command is missing
  local command="$1"
  shift
  command -v "$command" >/dev/null && return
  if ! command -v apt-get >/dev/null || [[ $(id -u) != 0 ]]; then
    echo "$command is missing: install $*" >&2
    exit 1
  fi
  [[ -n "${updated:-}" ]] || apt-get update -qq
  updated=yes
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  command -v "$command" >/dev/null || { echo "$command is missing after installing $*" >&2; exit 1; }
}

need node nodejs npm
need python3 python3 python3-venv
need curl curl
need jq jq
need go golang-go
need zsh zsh
need fish fish
node -e 'if (Number(process.versions.node.split(".")[0]) < 20) { console.error(`Node.js ${process.version} is too old: 20 or newer`); process.exit(1); }'

npm ci --no-audit --no-fund

environment() { # environment NAME: .venv/NAME as .ci/requirements-NAME.txt says
  local folder="$VENV/$1" requirements=".ci/requirements-$1.txt"
  if ! cmp -s "$requirements" "$folder/installed.txt"; then
    rm -rf "$folder"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$folder/installed.txt"
  fi
  "$folder/bin/pip" check
}
environment lint
environment sam
environment aws
environment python

# AWS's emulator of the Lambda runtime interface (Apache-2.0), from the Go module proxy.
emulator=github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@v0.0.0-20261030222936-bef5c4ba774d
if [[ "$(cat "$VENV/go/installed" 2>/dev/null)" != "$emulator" ]]; then
  GOBIN="$VENV/go" GOFLAGS=-mod=mod GOTOOLCHAIN=auto go install "$emulator"
  echo "$emulator" >"$VENV/go/installed"
fi
ls "$VENV/go/aws-lambda-rie"
