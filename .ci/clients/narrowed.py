"""Asks AWS STS, which here is the broker, for a session that a policy narrows, as boto3 does; prints its access key id."""
import json
import os
import pathlib

import boto3

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::acme-web/*/releases/*"}],
}

answer = boto3.client("sts", region_name="eu-central-1").assume_role_with_web_identity(
    RoleArn=os.environ["AWS_ROLE_ARN"],
    RoleSessionName="narrowed",
    WebIdentityToken=pathlib.Path(os.environ["AWS_WEB_IDENTITY_TOKEN_FILE"]).read_text(),
    Policy=json.dumps(POLICY),
)
print(answer["Credentials"]["AccessKeyId"])
