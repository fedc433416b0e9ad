import { randomUUID } from 'node:crypto';

/** `GET /v1/credentials/{scope}` as an HTTP API (payload 2.0) hands it to the function. */
export const credentialsEvent = (scope: string, token: string) => ({
  version: '2.0',
  routeKey: 'ANY /v1/credentials/{proxy+}',
  rawPath: `/v1/credentials/${scope}`,
  rawQueryString: '',
  headers: {
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    'content-length': '0',
    host: '127.0.0.1:3000',
    'user-agent': 'Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux lang/python#3.13.0',
    'x-forwarded-for': '198.51.100.7',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  },
  requestContext: {
    accountId: '111122223333',
    apiId: 'bench',
    domainName: '127.0.0.1',
    domainPrefix: '127',
    http: {
      method: 'GET',
      path: `/v1/credentials/${scope}`,
      protocol: 'HTTP/1.1',
      sourceIp: '198.51.100.7',
      userAgent: 'Boto3/1.40.0',
    },
    requestId: randomUUID(),
    routeKey: 'ANY /v1/credentials/{proxy+}',
    stage: '$default',
    time: '21/Nov/2026:09:00:00 +0000',
    timeEpoch: Date.now(),
  },
  pathParameters: { proxy: scope },
  isBase64Encoded: false,
});
