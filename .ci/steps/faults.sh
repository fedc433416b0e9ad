# Every call of the bundles to DynamoDB, STS, Secrets Manager and identity providers goes wrong: the same sample for the same tree; SAMPLE_SEED takes another.
set -euo pipefail
npm run --silent faults -- --cases 1150 --least 1000 --seed "${SAMPLE_SEED:-20261125}"
