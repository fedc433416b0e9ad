"""Task definitions as the ECS API takes them: names, types, what is required and the words of each enumeration, by the API's own model."""

import json
import sys

import botocore.session
import botocore.validate

COMPATIBILITIES = {"FARGATE", "EC2"}


def wrong_words(value, shape, path):
    if shape.type_name == "structure":
        for name, member in value.items():
            yield from wrong_words(member, shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for index, member in enumerate(value):
            yield from wrong_words(member, shape.member, f"{path}[{index}]")
    elif getattr(shape, "enum", []) and value not in shape.enum:
        yield f"{path}: {value} is none of {', '.join(shape.enum)}"


def problems_of(definition, shape):
    report = botocore.validate.ParamValidator().validate(definition, shape)
    if report.has_errors():
        yield report.generate_report()
        return
    yield from wrong_words(definition, shape, "")
    missing = COMPATIBILITIES - set(definition["requiresCompatibilities"])
    if missing:
        yield f"not for {', '.join(sorted(missing))}"


model = botocore.session.get_session().get_service_model("ecs").operation_model("RegisterTaskDefinition").input_shape
found = 0
for file in sys.argv[1:]:
    with open(file, encoding="utf-8") as opened:
        for problem in problems_of(json.load(opened), model):
            found += 1
            print(f"{file}: {problem}", file=sys.stderr)
print(f"{len(sys.argv) - 1} task definitions, {found} problems")
sys.exit(1 if found else 0)
