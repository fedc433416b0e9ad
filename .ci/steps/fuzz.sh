# The readers of tokens, assertions, signed requests, JSON and forms, on inputs that grow by the branches they take; others for every commit.
set -euo pipefail
npm run --silent fuzz -- --seconds 80 --seed "$((16#$(git rev-parse --short=7 HEAD)))"
