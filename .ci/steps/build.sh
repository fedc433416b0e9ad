# The bundles that are deployed, and their budgets: minified bytes by function, from the build's own report.
set -euo pipefail
npm run --silent build
node .ci/budgets.mjs dist/sizes.json
