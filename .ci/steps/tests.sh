set -euo pipefail
npm test --silent
