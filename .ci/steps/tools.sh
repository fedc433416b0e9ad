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
environment archive

# Go, where there is none, or one that does not get its successors by itself (before 1.21): as the Go module proxy has it.
go_version=go1.26.8 go_digest=30c2b1bf7dcc88d3eb0a1364e47ddd9128edb3110a30e8a0ef61cd5856b31de7
if ! go version 2>/dev/null | grep --quiet --extended-regexp 'go1\.(2[1-9]|[3-9][0-9])'; then
  [[ "$(uname -sm)" == 'Linux x86_64' ]] || { echo 'install Go 1.21 or newer' >&2; exit 1; }
  toolchain="golang.org/toolchain@v0.0.1-$go_version.linux-amd64"
  mkdir -p "$VENV"
  curl --fail --silent --show-error --location --output "$WORK/go.zip" "https://proxy.golang.org/golang.org/toolchain/@v/${toolchain#*@}.zip"
  sha256sum --check --quiet <<<"$go_digest  $WORK/go.zip"
  python3 -m zipfile -e "$WORK/go.zip" "$WORK/toolchain"
  rm -rf "$VENV/toolchain"
  mv "$WORK/toolchain/$toolchain" "$VENV/toolchain"
  # Python's own unzip drops modes.
  chmod +x "$VENV"/toolchain/bin/* "$VENV"/toolchain/pkg/tool/*/*
fi
go version

# Terraform or OpenTofu: where there is neither, OpenTofu (MPL 2.0) as the Go module proxy has its source.
tofu=github.com/opentofu/opentofu@v1.10.10
found="$(command -v terraform || command -v tofu || true)"
if [[ (-z "$found" || "$found" == "$VENV"/*) && "$(cat "$VENV/tofu/installed" 2>/dev/null)" != "$tofu" ]]; then
  source="$(go mod download -json "$tofu" | jq --raw-output .Dir)"
  cp -r "$source" "$WORK/tofu"
  chmod -R u+w "$WORK/tofu"
  mkdir -p "$VENV/tofu"
  # Its go.mod replaces modules, so that `go install` takes it from within alone.
  (cd "$WORK/tofu" && GOFLAGS=-mod=mod GOTOOLCHAIN=auto CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$VENV/tofu/tofu" ./cmd/tofu)
  echo "$tofu" >"$VENV/tofu/installed"
fi

# AWS's emulator of the Lambda runtime interface (Apache-2.0), from the Go module proxy.
emulator=github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@v0.0.0-20261030222936-bef5c4ba774d
if [[ "$(cat "$VENV/go/installed" 2>/dev/null)" != "$emulator" ]]; then
  GOBIN="$VENV/go" GOFLAGS=-mod=mod GOTOOLCHAIN=auto go install "$emulator"
  echo "$emulator" >"$VENV/go/installed"
fi
ls "$VENV/go/aws-lambda-rie"

# Tessera's check of a transparency log (Apache-2.0), from there too.
fsck=github.com/transparency-dev/tessera/cmd/fsck@v1.0.4
if [[ "$(cat "$VENV/go/fsck-installed" 2>/dev/null)" != "$fsck" ]]; then
  GOBIN="$VENV/go" GOFLAGS=-mod=mod GOTOOLCHAIN=auto go install "$fsck"
  echo "$fsck" >"$VENV/go/fsck-installed"
fi
ls "$VENV/go/fsck"
