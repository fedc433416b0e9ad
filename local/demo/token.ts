import { Buffer } from 'node:buffer';
import type { Stack } from '../stack.ts';
import { masked, type Stage } from './stage.ts';

/** The demonstration's clients, with the secrets of `configuration/secrets.yaml`. */
const SECRETS = {
  'demo-bot': 'a-secret-for-demonstration',
  'demo-agent': 'another-secret-for-demonstration',
  'demo-server': 'a-fourth-secret-for-demonstration',
} as const;

type Client = keyof typeof SECRETS;
type Members = Readonly<Record<string, unknown>>;

const basic = (client: Client): Readonly<Record<string, string>> => ({
  authorization: `Basic ${Buffer.from(`${client}:${SECRETS[client]}`).toString('base64')}`,
});

/** Asks as a client, or as nobody but the proof in the form. Throws with the reason of a refusal. */
export async function post({ url }: Stack, path: string, form: Readonly<Record<string, string>>, client?: Client) {
  const headers = client === undefined ? {} : basic(client);
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: new URLSearchParams({ ...form }) });
  const body: Members = Object(await response.json());
  if (response.status !== 200) throw new Error(`${path} answered ${response.status} ${String(body['reason'])}`);
  return body;
}

/** What a JWT says; whoever uses one verifies it. */
const claimsOf = (token: string): Members =>
  Object(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));

const shown = ({ access_token: token, token_type: type, expires_in: seconds }: Members): string =>
  `access_token ${String(token).slice(0, 4)}…   token_type ${type}   expires_in ${seconds}`;

/** A bot gets a token by client credentials, and asks what it is worth. */
export async function showBrokerToken({ stack }: Stage): Promise<readonly string[]> {
  const form = { grant_type: 'client_credentials', scope: 'demo-reports' };
  const granted = await post(stack, '/oauth2/token', form, 'demo-bot');
  const told = await post(stack, '/oauth2/introspect', { token: String(granted['access_token']) }, 'demo-bot');
  if (told['active'] !== true) throw new Error('the token is not active');
  return [
    shown(granted),
    `introspection: active ${told['active']}   sub ${told['sub']}   aud ${told['aud']}   scope ${told['scope']}`,
    `jti ${told['jti']}   (the issuance in the ledger)`,
  ];
}

const POLL_MS = 250;
const WITHIN_MS = 10_000;

/** A key leaked: the operator takes its issuance back, and whoever asks is told so within ten seconds. */
export async function showRevocation({ stack }: Stage): Promise<readonly string[]> {
  const granted = await post(
    stack,
    '/oauth2/token',
    { grant_type: 'client_credentials', scope: 'demo-reports' },
    'demo-bot',
  );
  const token = String(granted['access_token']);
  const own = await post(
    stack,
    '/oauth2/token',
    { grant_type: 'client_credentials', scope: 'broker:revocations' },
    'demo-bot',
  );
  const response = await fetch(`${stack.url}/v1/revocations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${own['access_token']}` },
    body: JSON.stringify({ issuance: claimsOf(token)['jti'], reason: 'pasted into a chat' }),
  });
  const revoked: Members = Object(await response.json());
  if (response.status !== 200)
    throw new Error(`/v1/revocations answered ${response.status} ${String(revoked['reason'])}`);
  const end = Date.now() + WITHIN_MS;
  while ((await post(stack, '/oauth2/introspect', { token }, 'demo-bot'))['active'] === true) {
    if (Date.now() > end) throw new Error('the token is still active');
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return [
    `revocation ${revoked['id']}   by ${revoked['by']}   reason ${revoked['reason']}`,
    'introspection: active false',
  ];
}

const exchange = async ({ idp }: Stage, scope: string) => ({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: await idp.token('web-main'),
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  scope,
});

/** An agent acts for somebody: the rule wants both, the token names both, the ledger keeps why. */
export async function showActor(stage: Stage): Promise<readonly string[]> {
  const form = { ...(await exchange(stage, 'demo-agent')), intent: 'summarise the open incidents' };
  const granted = await post(stage.stack, '/oauth2/token', form, 'demo-agent');
  const { sub, act, aud } = claimsOf(String(granted['access_token']));
  if (Object(act)['sub'] !== 'client:demo-agent') throw new Error('the token does not name the agent');
  return [shown(granted), `sub ${sub}   act ${JSON.stringify(act)}   aud ${aud}`, `intent ${form.intent}`];
}

/** What an agent sends to a server is exchanged by that server, which acts: all three are known, and it has no more. */
export async function showServer(stage: Stage): Promise<readonly string[]> {
  const form = { ...(await exchange(stage, 'demo-files')), intent: 'read the report of November' };
  const { access_token: sent } = await post(stage.stack, '/oauth2/token', form, 'demo-agent');
  const Statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme-files/2026/november.csv' };
  const granted = await post(
    stage.stack,
    '/oauth2/token',
    {
      grant_type: form.grant_type,
      ...{ subject_token: String(sent), subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
      ...{
        scope: 'demo-files-bucket',
        intent: form.intent,
        policy: JSON.stringify({ Version: '2012-10-17', Statement }),
      },
    },
    'demo-server',
  );
  const session: Members = Object(JSON.parse(String(granted['access_token'])));
  const { sub, aud, act } = claimsOf(String(sent));
  return [
    `sent: sub ${sub}   act ${JSON.stringify(act)}   aud ${aud}`,
    `AccessKeyId ${masked(session['AccessKeyId'])}   for ${Statement.Action} on ${Statement.Resource}`,
    `IssuanceId ${session['IssuanceId']}   (the ledger has the subject, the server and the agent)`,
  ];
}

/** A token of somebody else's authorization server, whose client secret only the broker has. */
export async function showDownstream(stage: Stage): Promise<readonly string[]> {
  const granted = await post(stage.stack, '/oauth2/token', await exchange(stage, 'demo-inventory'));
  const { iss, aud, client_id: client } = claimsOf(String(granted['access_token']));
  if (iss !== stage.idp.issuer) throw new Error(`the token is one of ${String(iss)}`);
  return [shown(granted), `iss ${iss}   aud ${aud}   client_id ${client}`];
}
