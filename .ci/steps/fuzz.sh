# The readers of tokens, assertions, signed requests, JSON and forms, on inputs that grow by the branches they take; the same for the same tree; SAMPLE_SEED takes others.
set -euo pipefail
npm run --silent fuzz -- --seconds 80 --seed "${SAMPLE_SEED:-20261125}"
