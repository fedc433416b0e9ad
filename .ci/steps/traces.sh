# Traces, as OpenTelemetry's own collector reads them: its reader of OTLP over HTTP (Apache-2.0), from the Go module proxy.
set -euo pipefail
(cd .ci/collector && GOFLAGS=-mod=readonly GOTOOLCHAIN=auto go build -o "$WORK/collector" .)
OTLP_COLLECTOR="$WORK/collector" npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/slow/tracing
