# What CloudFormation and SAM would say before they are asked. The rules of the project's own are tests/template.
set -euo pipefail
"$VENV/lint/bin/cfn-lint" template.yaml witness/template.yaml examples/*.yaml
"$VENV/sam/bin/sam" validate --lint --template template.yaml
"$VENV/sam/bin/python" .ci/transformed.py template.yaml
"$VENV/aws/bin/python" .ci/ecs_task_definitions.py examples/ecs/*.json
