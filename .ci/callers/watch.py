"""Watches the credentials that boto3's default chain finds: a line for each access key id, and for what went wrong."""
import time

import boto3

credentials = None
last = ""
while True:
    try:
        credentials = credentials or boto3.Session().get_credentials()
        said = f"key {credentials.get_frozen_credentials().access_key}" if credentials else "error no credentials"
    except Exception as error:  # Whatever a program would see.
        said = f"error {error}"
    if said != last:
        print(said, flush=True)
        last = said
    time.sleep(3)
