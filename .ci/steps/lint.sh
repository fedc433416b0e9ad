set -euo pipefail
npm run --silent lint
bash -n .ci/run .ci/steps/*.sh
