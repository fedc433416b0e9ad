import { randomUUID } from 'node:crypto';
import { AUTHORIZATION, FORM } from './workload.ts';

/** `POST /oauth2/token` as an HTTP API (payload 2.0) hands it to the function. */
export const tokenEvent = () => ({
  version: '2.0',
  routeKey: 'ANY /oauth2/token',
  rawPath: '/oauth2/token',
  rawQueryString: '',
  headers: {
    accept: 'application/json',
    authorization: AUTHORIZATION,
    'content-length': String(FORM.length),
    'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
    host: '127.0.0.1:3000',
    'user-agent': 'openid-client/v6.8.9',
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
      method: 'POST',
      path: '/oauth2/token',
      protocol: 'HTTP/1.1',
      sourceIp: '198.51.100.7',
      userAgent: 'openid-client/v6.8.9',
    },
    requestId: randomUUID(),
    routeKey: 'ANY /oauth2/token',
    stage: '$default',
    time: '21/Nov/2026:09:00:00 +0000',
    timeEpoch: Date.now(),
  },
  body: Buffer.from(FORM).toString('base64'),
  isBase64Encoded: true,
});
