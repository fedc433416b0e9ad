# Signing in with what others wrote: responses of pysaml2 and xmlsec1; SimpleSAMLphp and oidc-provider as the identity providers, headless Chromium as the browser (a device's code too), the command line as the program.
set -euo pipefail
packages=(simplesamlphp php-cli php-xml php-mbstring chromium python3-pysaml2 xmlsec1)
if ! command -v php >/dev/null || ! command -v chromium >/dev/null || ! command -v xmlsec1 >/dev/null ||
  [[ ! -d /usr/share/simplesamlphp || ! -d /usr/lib/python3/dist-packages/saml2 ]]; then
  if ! command -v apt-get >/dev/null || [[ $(id -u) != 0 ]]; then
    echo "install ${packages[*]}" >&2
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi
npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/saml-browser
