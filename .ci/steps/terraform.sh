# examples/terraform, as far as it goes without AWS: its configuration module applied with the command line to the local stack, and what its scope module makes.
set -euo pipefail
TERRAFORM="$(command -v terraform || command -v tofu)" || { echo 'install Terraform or OpenTofu, 1.5 or newer' >&2; exit 1; }
export TERRAFORM
"$TERRAFORM" version | head -1
npm test --silent -- --config tests/conformance/jest.config.mjs tests/conformance/terraform
