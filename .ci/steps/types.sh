set -euo pipefail
npm run --silent types
