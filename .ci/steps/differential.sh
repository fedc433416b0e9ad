# 100,000 conditions, others for every commit, against an independent implementation of IAM's.
set -euo pipefail
IAM_CASES=100000 IAM_SEED="$((16#$(git rev-parse --short=7 HEAD)))"
export IAM_CASES IAM_SEED
echo "$IAM_CASES cases, seed $IAM_SEED"
npm test --silent -- tests/policy/iam-differential.test.ts
