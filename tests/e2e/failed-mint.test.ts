import { env } from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Endpoint } from '../../local/endpoints/server.ts';
import { startSts } from '../../local/endpoints/sts.ts';
import { type Broker, startBroker } from './broker.ts';

/** Roles whose names ask the local STS for an error: it is used here whatever the other endpoints are. */
const roles = ['deny-trust', 'region-disabled', 'throttle', 'unavailable'];

const connection = `
connection: demo
type: oidc
issuer: "@IDP@"
audience: ["@ISSUER@"]
types: [at+jwt]
`;

const scope = (role: string) => `
scope: ${role}
description: Its role fails.
allow: [{ connection: demo }]
grant: { type: aws-session, roleArn: "arn:aws:iam::111122223333:role/token-broker/${role}" }
`;

let sts: Endpoint;
let broker: Broker;

beforeAll(async () => {
  sts = await startSts(0);
  const scopes = Object.fromEntries(roles.map((role) => [`scopes/${role}.yaml`, scope(role)]));
  broker = await startBroker({
    config: { 'connections/demo.yaml': connection, ...scopes },
    endpoints: { ...env, AWS_ENDPOINT_URL_STS: sts.url },
  });
}, 60_000);

afterAll(async () => {
  await broker.stop();
  await sts.stop();
});

describe('what STS refuses', () => {
  it.each([
    ['deny-trust', 403, 'role_refused'],
    ['region-disabled', 403, 'region_disabled'],
    ['throttle', 503, 'sts_throttled'],
    ['unavailable', 503, 'sts_unavailable'],
  ])('%s is answered with %i and %s', async (role, status, reason) => {
    const authorization = await broker.idp.token('web-main');
    const response = await fetch(`${broker.url}/v1/credentials/${role}`, { headers: { authorization } });
    expect([response.status, Object(await response.json()).reason]).toEqual([status, reason]);
  });
});
