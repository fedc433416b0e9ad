# clients/python as its users have it: the wheel, installed; its types, and its tests with the real botocore against the local stack.
set -euo pipefail
pip=("$VENV/python/bin/pip" --quiet --disable-pip-version-check)
npm run --silent build
cp -r clients/python "$WORK/python"
"${pip[@]}" wheel --no-deps --no-build-isolation --wheel-dir "$WORK/wheel" "$WORK/python"
"${pip[@]}" install --no-deps --force-reinstall "$WORK"/wheel/token_broker-*.whl
(cd clients/python && "$VENV/python/bin/mypy" --cache-dir "$WORK/mypy" && PYTHONDONTWRITEBYTECODE=1 "$VENV/python/bin/pytest" --quiet)
