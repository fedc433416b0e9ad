# `sam build`, `sam package`, the transformed template, and a CloudFormation that answers (moto): the stack is made, and made again over itself.
set -euo pipefail
npm run --silent build
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test SAM_BIN="$VENV/sam/bin"
PYTHONPATH=.ci PYTHONDONTWRITEBYTECODE=1 "$VENV/aws/bin/python" -m cloudformation.stack
