"""Prints the access key id that boto3's default chain finds."""
import boto3

print(boto3.Session().get_credentials().get_frozen_credentials().access_key)
