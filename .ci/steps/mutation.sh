# Every small change of the files whose survivors are judged: 90 of 100 noticed by a test, each other one in tests/mutation/judged.yaml. About four minutes
# on two cores, and the same result however slow the machine is. A file comes into this list once its survivors are judged (docs/testing.md).
set -euo pipefail
npm run --silent mutation -- --show --files lib/policy/explain.ts --files lib/policy/plan \
  --files lib/policy/iam --files lib/policy/decide.ts --files lib/policy/perspectives.ts --files lib/policy/selectors.ts --files lib/policy/glob.ts \
  --files lib/policy/conditions.ts --files lib/policy/decimal.ts \
  --files lib/identity/dpop --files lib/identity/aws-iam --files lib/identity/failed-attempts.ts --files lib/credential/broker-token.ts --files lib/credential/act-claim.ts \
  --files lib/issue.ts --files lib/issuance/authorize.ts
