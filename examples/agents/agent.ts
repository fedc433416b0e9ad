// token-broker sign --scope read-reports --allow 's3:GetObject on arn:aws:s3:::reports/*' -- node agent.ts
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';

const { Body } = await new S3Client({}).send(new GetObjectCommand({ Bucket: 'reports', Key: '2026/11/summary.csv' }));
console.log(await Body?.transformToString());
