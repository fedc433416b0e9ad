# What `token-broker completion` prints, in zsh and fish as people have them; bash is among the tests.
set -euo pipefail
npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/completion
