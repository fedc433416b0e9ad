# The archive: a log of 70,000 records, which Tessera's fsck accepts, and what both say of one that was tampered with; the saved queries, by DuckDB over its files.
set -euo pipefail
export DUCKDB_PYTHON="$VENV/archive/bin/python"
export FSCK="$VENV/go/fsck"
[[ -x "$FSCK" ]] || { echo "$FSCK is missing" >&2; exit 1; }
npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/archive
