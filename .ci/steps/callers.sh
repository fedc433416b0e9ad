# Unmodified AWS clients for minutes, not once: sessions that end, a broker that is started again, refusals, a thousand requests a second.
set -euo pipefail
npm run --silent build
(cd .ci/callers/go && GOFLAGS=-mod=readonly go build -o "$WORK/watch-go" .)
AWS_CLIENTS="$VENV/aws" WATCH_GO="$WORK/watch-go" node_modules/.bin/node .ci/callers/main.mjs
