# The operators' page in a real browser: sign-in, views, hostile records, axe-core in light and dark.
set -euo pipefail
if ! command -v chromium >/dev/null; then
  if ! command -v apt-get >/dev/null || [[ $(id -u) != 0 ]]; then
    echo 'install chromium' >&2
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
fi
npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/console
