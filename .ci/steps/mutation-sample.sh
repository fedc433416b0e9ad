# A sample of small changes of the code that decides, the same for the same tree (SAMPLE_SEED takes another), within six minutes on two cores: how many does a test notice?
# Not among the steps of .ci/run: how far it comes depends on the machine, so that a busy one fails it (mutation.sh is the step that does not). The goal is 90 of 100 and every survivor judged.
set -euo pipefail
npm run --silent mutation -- --budget 300 --show --least 80 --survivors report --seed "${SAMPLE_SEED:-20261125}"
