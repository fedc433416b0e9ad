# token-broker sign --scope read-reports --allow 's3:GetObject on arn:aws:s3:::reports/*' -- python agent.py
import boto3

print(boto3.client("s3").get_object(Bucket="reports", Key="2026/11/summary.csv")["Body"].read())
