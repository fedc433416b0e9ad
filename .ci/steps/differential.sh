# 100,000 conditions, 100,000 sessions and 10,000 pairs of policies, the same for the same tree (SAMPLE_SEED takes others),
# against an independent implementation of IAM's.
set -euo pipefail
IAM_CASES=100000 IAM_SEED="${SAMPLE_SEED:-20261125}"
export IAM_CASES IAM_SEED
echo "$IAM_CASES cases, seed $IAM_SEED"
npm test --silent -- tests/policy/iam-differential.test.ts tests/policy/iam/evaluate-differential.test.ts \
  tests/policy/iam/intersect-differential.test.ts
