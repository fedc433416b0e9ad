import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { encoded, SIGNING, sign } from '../../identity/aws-iam/signing.ts';
import { AWS_ROLE, BIND_AUDIENCE, FEDERATED_AUDIENCE, SERVER_ID } from './folder.ts';
import type { Lane } from './lane.ts';
import { SAML_SCENARIOS } from './saml-scenarios.ts';
import { basic, form, person, request, type Scenario } from './scenario.ts';
import { SIGN_IN_SCENARIOS } from './sign-in-scenarios.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

/** A broker token for the issuer itself, had without any fault. */
async function link(lane: Lane): Promise<string> {
  const fields = { grant_type: 'client_credentials', scope: 'link' };
  const called = await lane.answeredInTime('token', form('/oauth2/token', fields, { authorization: basic(lane) }));
  if (called === 'killed' || 'threw' in called) throw new Error('no broker token to begin with');
  return String(JSON.parse(called.answer.body ?? '{}').access_token);
}

/** A GetCallerIdentity request that a task of its own signed. */
async function signedRequest(lane: Lane): Promise<string> {
  const task = crypto.randomUUID().replaceAll('-', '');
  const client = new STSClient({
    region: 'us-east-1',
    endpoint: lane.url('sts'),
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const { Credentials } = await client.send(new AssumeRoleCommand({ RoleArn: AWS_ROLE, RoleSessionName: task }));
  client.destroy();
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
  const { headers } = await sign({
    ...SIGNING,
    host: new URL(lane.url('sts')).host,
    at: new Date().toISOString(),
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    headers: { ...SIGNING.headers, 'x-broker-server-id': SERVER_ID },
  });
  return encoded({ url: lane.url('sts'), body: SIGNING.body, headers });
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a token that may be used once gets an AWS session',
    function: 'credentials',
    reuse: 'once',
    present: async (lane, issuer) => {
      const { token, principal } = await person(lane, issuer);
      return { event: request({ path: '/v1/credentials/role', headers: { authorization: token } }), principal };
    },
  },
  {
    name: 'a client by its secret gets an AWS session',
    function: 'credentials',
    reuse: 'any',
    present: async (lane) => ({
      event: request({ path: '/v1/credentials/role', headers: { authorization: basic(lane) } }),
      principal: null,
    }),
  },
  {
    name: 'a signed AWS request gets an AWS session',
    function: 'credentials',
    reuse: 'any',
    present: async (lane) => {
      const fields = {
        subject_token: await signedRequest(lane),
        subject_token_type: 'urn:token-broker:token-type:aws-iam',
      };
      return { event: form('/v1/credentials/role', fields), principal: null };
    },
  },
  {
    name: 'a broker token gets an AWS session',
    function: 'credentials',
    reuse: 'any',
    present: async (lane) => ({
      event: request({ path: '/v1/credentials/role', headers: { authorization: await link(lane) } }),
      principal: null,
    }),
  },
  {
    name: 'a token that may be used once gets an AWS session at /sts',
    function: 'sts',
    reuse: 'once',
    present: async (lane, issuer) => {
      const { token, principal } = await person(lane, issuer);
      const fields = {
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: 'arn:aws:broker:::scope/role',
        RoleSessionName: 'app',
        WebIdentityToken: token,
      };
      return { event: form('/sts', fields), principal };
    },
  },
  {
    name: 'a client by its secret gets a broker token',
    function: 'token',
    reuse: 'any',
    present: async (lane) => ({
      event: form('/oauth2/token', { grant_type: 'client_credentials', scope: 'api' }, { authorization: basic(lane) }),
      principal: null,
    }),
  },
  {
    name: 'a client that acts for a person, whose token is bound, gets a broker token',
    function: 'token',
    reuse: 'bind',
    present: async (lane) => {
      const { token, principal } = await person(lane, BIND_AUDIENCE);
      const fields = { grant_type: EXCHANGE, scope: 'agent', subject_token: token, subject_token_type: JWT };
      return { event: form('/oauth2/token', fields, { authorization: basic(lane) }), principal };
    },
  },
  {
    name: "a token that may be used once gets another server's token",
    function: 'token',
    reuse: 'once',
    present: async (lane, issuer) => {
      const { token, principal } = await person(lane, issuer);
      const scope = `down-${lane.number}`;
      const fields = { grant_type: EXCHANGE, scope, subject_token: token, subject_token_type: JWT };
      return { event: form('/oauth2/token', fields), principal };
    },
  },
  {
    name: 'a token that may be used once goes to STS itself',
    function: 'credentials',
    reuse: 'once',
    present: async (lane) => {
      const { token, principal } = await person(lane, FEDERATED_AUDIENCE);
      return { event: request({ path: '/v1/credentials/web-identity', headers: { authorization: token } }), principal };
    },
  },
  ...SAML_SCENARIOS,
  ...SIGN_IN_SCENARIOS,
];
