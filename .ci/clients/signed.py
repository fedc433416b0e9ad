"""Behind `token-broker sign`, on moto: what an agent's program does with boto3, and what it is refused. Prints `ok`, and waits for the end of its input where it was told to."""
import io
import os
import sys

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

WHAT = sys.argv[1]


def refused(call, code="AccessDenied"):
    try:
        call()
    except ClientError as error:
        text = str(error)
        assert error.response["Error"]["Code"] in (code, "AccessDeniedException"), text
        assert "token-broker sign" in text and "--allow" in text, text
        return
    raise SystemExit("it was let through")


s3, db = boto3.client("s3"), boto3.client("dynamodb")
if WHAT == "all":
    s3.create_bucket(Bucket="signed", CreateBucketConfiguration={"LocationConstraint": os.environ["AWS_REGION"]})
    s3.create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": os.environ["AWS_REGION"]})
    s3.put_object(Bucket="reports", Key="2026/11/summary.csv", Body=b"november")
    for number in range(25):
        s3.put_object(Bucket="signed", Key=f"page/{number:02}", Body=b"x")
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="signed", PaginationConfig={"PageSize": 10}))
    assert [len(page["Contents"]) for page in pages] == [10, 10, 5], "pagination"
    big = os.urandom(12 * 1024 * 1024)
    parts = TransferConfig(multipart_threshold=5 * 1024 * 1024, multipart_chunksize=5 * 1024 * 1024)
    s3.upload_fileobj(io.BytesIO(big), "signed", "big", Config=parts)
    back = io.BytesIO()
    s3.download_fileobj("signed", "big", back, Config=parts)
    assert back.getvalue() == big, "multipart"
    s3.put_object(Bucket="signed", Key="sp ace/ü+%.txt", Body="ä".encode())
    assert s3.get_object(Bucket="signed", Key="sp ace/ü+%.txt")["Body"].read() == "ä".encode(), "odd keys"
    db.create_table(
        TableName="signed",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    db.put_item(TableName="signed", Item={"pk": {"S": "one"}})
    assert db.get_item(TableName="signed", Key={"pk": {"S": "one"}})["Item"]["pk"]["S"] == "one", "DynamoDB"
    assert boto3.client("sqs").create_queue(QueueName="signed")["QueueUrl"], "query and JSON protocols"
    boto3.client("secretsmanager").create_secret(Name="signed/db", SecretString="x")
elif WHAT == "resources":
    assert db.get_item(TableName="signed", Key={"pk": {"S": "one"}})["Item"]["pk"]["S"] == "one", "a table"
    refused(lambda: db.get_item(TableName="other", Key={"pk": {"S": "one"}}))
    sqs, secrets = boto3.client("sqs"), boto3.client("secretsmanager")
    url = sqs.get_queue_url(QueueName="signed")["QueueUrl"]
    assert sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "x"}])["Successful"], "a queue"
    refused(lambda: sqs.send_message(QueueUrl=url.replace("signed", "other"), MessageBody="x"))
    assert secrets.get_secret_value(SecretId="signed/db")["SecretString"] == "x", "a secret"
    refused(lambda: secrets.get_secret_value(SecretId="other/db"))
elif WHAT == "wait":
    assert s3.get_object(Bucket="signed", Key="page/00")["Body"].read() == b"x", "reading"
    assert db.get_item(TableName="signed", Key={"pk": {"S": "one"}})["Item"]["pk"]["S"] == "one", "DynamoDB"
else:
    assert len(s3.list_objects_v2(Bucket="signed")["Contents"]) == 27, "listing"
    assert s3.get_object(Bucket="signed", Key="page/00")["Body"].read() == b"x", "reading"
    refused(lambda: s3.put_object(Bucket="signed", Key="page/00", Body=b"y"))
    refused(lambda: s3.delete_object(Bucket="signed", Key="page/00"))
    refused(lambda: db.get_item(TableName="signed", Key={"pk": {"S": "one"}}))
secrets = [value for name, value in os.environ.items() if name.startswith("AWS_") and value.startswith("ASIA")]
print("ok" if not [value for value in secrets if value != os.environ["AWS_ACCESS_KEY_ID"]] else "a key leaked")
if WHAT == "wait":
    sys.stdout.flush()
    sys.stdin.read()
