"""`stack.py`: builds, packages, transforms and deploys template.yaml, twice, to a CloudFormation that answers (moto on loopback).

What moto's CloudFormation cannot make stands in moto.yaml. Run by .ci/steps/cloudformation.sh, with moto's environment; SAM_BIN is the folder
of the SAM CLI and WORK a folder for what is made.
"""

import json
import logging
import os
import pathlib
import subprocess
import sys
from collections import Counter

import boto3
import yaml
from moto.cloudformation import parsing
from moto.server import ThreadedMotoServer

from cloudformation import resources
from cloudformation.conditions import settled

HERE = pathlib.Path(__file__).parent
WORK = pathlib.Path(os.environ["WORK"]) / "cloudformation"
SAM = pathlib.Path(os.environ["SAM_BIN"])
STACK = "token-broker"
GIVEN = {
    "DomainName": "broker.example.com",
    "CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000000",
    "ExternalId": "an-external-id",
    "RunbookUrl": "https://git.example.com/token-broker/docs/operations.md",
}
DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def run(*command):
    """A command whose output nobody needs unless it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def built(name):
    """The plain CloudFormation template of one deployment from the sources as they are, and its parameters."""
    folder = WORK / name
    run(SAM / "sam", "build", "--template", "template.yaml", "--build-dir", folder / "build")
    packaged = folder / "packaged.yaml"
    run(
        *(SAM / "sam", "package", "--template-file", folder / "build" / "template.yaml"),
        *("--s3-bucket", "artifacts", "--output-template-file", packaged),
    )
    with open("template.yaml", encoding="utf8") as file:
        declared = yaml.load(file, Loader=Lenient)["Parameters"]
    parameters = {key: GIVEN.get(key, each.get("Default")) for key, each in declared.items()}
    text = run(SAM / "python", HERE / "transform.py", packaged, json.dumps(parameters))
    return text, parameters


class Lenient(yaml.SafeLoader):
    """Of the template only its parameters are read here: CloudFormation's tags are nothing."""


Lenient.add_multi_constructor("!", lambda loader, suffix, node: None)


def stack_resources(client):
    pages = client.get_paginator("list_stack_resources").paginate(StackName=STACK)
    return {each["LogicalResourceId"]: each for page in pages for each in page["StackResourceSummaries"]}


def check(holds, says):
    if not holds:
        sys.exit(says)


def without(template, types):
    """The template without resources of those types."""
    kept = {name: each for name, each in template["Resources"].items() if each["Type"] not in types}
    return {**template, "Resources": kept}


def deploy(client, text, parameters, how):
    capabilities = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
    given = [{"ParameterKey": key, "ParameterValue": str(value)} for key, value in parameters.items()]
    how(StackName=STACK, TemplateBody=text, Parameters=given, Capabilities=capabilities)


def unknown_types(template):
    own = set(resources.Made.__subclasses__())
    known = {each.cloudformation_type() for each in parsing.get_model_list() if each not in own}
    return {each["Type"] for each in template["Resources"].values()} - known


def check_list(template, listed):
    """The committed list is what moto lacks, no more and no less."""
    unknown = unknown_types(template)
    stated = set(listed["by-api"]) | set(listed["not-made"])
    check(unknown == stated, f"moto.yaml is wrong: missing {sorted(unknown - stated)}, needless {sorted(stated - unknown)}")
    made = {each.TYPE for each in resources.Made.__subclasses__()}
    check(made == set(listed["by-api"]) | set(listed["replaced"]), "resources.py and moto.yaml differ")


def check_made(client, template):
    status = client.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
    check(status in DONE, f"the stack is {status}")
    made = stack_resources(client)
    missing = [name for name in template["Resources"] if name not in made]
    check(not missing, f"not made: {missing}")
    undone = [name for name, each in made.items() if each["ResourceStatus"] not in DONE]
    check(not undone, f"not done: {undone}")
    return made


def check_services(template):
    """What the services themselves say that there is."""
    counts = Counter(each["Type"] for each in template["Resources"].values())
    tables = boto3.client("dynamodb").list_tables()["TableNames"]
    check(len(tables) == counts["AWS::DynamoDB::Table"], f"tables: {tables}")
    secrets = boto3.client("secretsmanager").list_secrets()["SecretList"]
    check(len(secrets) == counts["AWS::SecretsManager::Secret"], f"secrets: {secrets}")
    alarms = boto3.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
    check(len(alarms) == counts["AWS::CloudWatch::Alarm"], f"{len(alarms)} alarms")
    roles = boto3.client("iam").list_roles(MaxItems=100)["Roles"]
    check(len(roles) == counts["AWS::IAM::Role"], f"roles: {[each['RoleName'] for each in roles]}")
    api = boto3.client("apigatewayv2")
    (only,) = api.get_apis()["Items"]
    routes = [each["RouteKey"] for each in api.get_routes(ApiId=only["ApiId"])["Items"]]
    check(routes and not [key for key in routes if key.endswith("/")], f"routes: {routes}")
    return f"{len(tables)} tables, {len(roles)} roles, {len(secrets)} secrets, {len(alarms)} alarms, {len(routes)} routes"


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    os.environ["AWS_ENDPOINT_URL"] = f"http://{host}:{port}"
    boto3.client("s3").create_bucket(Bucket="artifacts")
    with open(HERE / "moto.yaml", encoding="utf8") as file:
        listed = yaml.safe_load(file)
    text, parameters = built("first")
    again, _ = built("second")
    check(text == again, "a second build of the same sources is another template")
    template = settled(json.loads(text), parameters)
    check_list(template, listed)
    possible = without(template, set(listed["not-made"]))
    client = boto3.client("cloudformation")
    deploy(client, json.dumps(possible), parameters, client.create_stack)
    made = check_made(client, possible)
    print(f"made: {len(made)} resources; {check_services(possible)}")
    before = list(resources.CHANGES)
    try:
        deploy(client, json.dumps(possible), parameters, client.update_stack)
    except client.exceptions.ClientError as error:
        check("No updates" in str(error), f"the second deployment failed: {error}")
    check(resources.CHANGES == before, f"the second deployment made {resources.CHANGES[len(before):]}")
    ids = {name: each["PhysicalResourceId"] for name, each in made.items()}
    now = {name: each["PhysicalResourceId"] for name, each in check_made(client, possible).items()}
    check(ids == now, f"the second deployment replaced {[name for name in ids if ids[name] != now.get(name)]}")
    print("a second deployment over it: nothing changed")
    server.stop()


main()
