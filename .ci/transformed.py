"""What SAM makes of template.yaml: that every route is made, may call its function, and is the only thing that has settings.

SAM drops what it does not like in silence, and API Gateway answers 500 for a route that may not call its function.
"""

import os
import re
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

EXAMPLE = "0123456789abcdef"
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")


class NoManagedPolicies:
    """This template names no managed policy of AWS."""

    def load(self):
        return {}


def transformed(path):
    """The CloudFormation template, as SAM's own transform writes it, with the defaults of the parameters."""
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    parameters = {name: one.get("Default", EXAMPLE) for name, one in template["Parameters"].items()}
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    return template, transform(template, parameters, NoManagedPolicies())


def permitted(resources, function):
    """Patterns of method and path for which API Gateway may call a function, or its alias."""
    for resource in resources.values():
        properties = resource["Properties"]
        if resource["Type"] != "AWS::Lambda::Permission" or properties["Principal"] != "apigateway.amazonaws.com":
            continue
        called = properties["FunctionName"]["Ref"]
        if called == function or called.startswith(f"{function}Alias"):
            pattern = properties["SourceArn"]["Fn::Sub"][0].split("${__Stage__}/")[1]
            yield re.escape(pattern).replace(r"\*", ".*")


def problems(path):
    source, result = transformed(path)
    resources = result["Resources"]
    made = set(resources["Api"]["Properties"]["Body"]["paths"])
    for function, resource in source["Resources"].items():
        patterns = list(permitted(resources, function))
        for event in resource["Properties"].get("Events", {}).values():
            if event["Type"] != "HttpApi":
                continue
            route = event["Properties"]["Path"]
            if route not in made:
                yield f"SAM makes no route of {route}"
            for way in {route.replace("{proxy+}", rest).replace("$default", "/x") for rest in ("", "a", "a/b/")}:
                if not any(re.fullmatch(pattern, f"POST{way}") for pattern in patterns):
                    yield f"API Gateway may not call {function} for {way}"
    for stage in resources.values():
        if stage["Type"] == "AWS::ApiGatewayV2::Stage":
            settings = set(stage["Properties"].get("RouteSettings", {}))
            yield from (f"RouteSettings without a route: {key}" for key in settings - {f"ANY {one}" for one in made})


found = sorted(problems(sys.argv[1]))
for problem in found:
    print(problem, file=sys.stderr)
sys.exit(1 if found else 0)
