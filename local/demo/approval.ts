import { masked, type Stage } from './stage.ts';

type Members = Readonly<Record<string, unknown>>;

const SCOPE = 'demo-approved';
const INTENT = 'restart the web service, INC-4711';

/** An agent asks, a person approves that very request, and the agent asks again; nobody approves twice. */
export async function showApproval(stage: Stage): Promise<readonly string[]> {
  const asked = await askForSession(stage);
  const { approval_id: id, approval_uri: uri, error } = asked.members;
  if (error !== 'authorization_pending') throw new Error(`expected authorization_pending, got ${String(error)}`);
  const approved = await decide(stage, String(id), { decision: 'approve', reason: 'on call, seen' });
  const granted = await askForSession(stage);
  const { AccessKeyId: key } = granted.members;
  if (granted.status !== 200) throw new Error(`expected credentials, got ${granted.status}`);
  const again = await askForSession(stage);
  const { error: waits } = again.members;
  if (waits !== 'authorization_pending') throw new Error('one approval was taken up twice');
  const { approver, can } = approved;
  return [
    `HTTP ${asked.status}  ${String(error)}   ${String(uri)}`,
    ...(Array.isArray(can) ? can.map((line) => `  ${String(line)}`) : []),
    `approved by ${String(Object(approver)['principal'])}: ${String(approved['reason'])}`,
    `AccessKeyId ${masked(key)}   then again HTTP ${again.status}  ${String(waits)}`,
  ];
}

async function askForSession({ stack, idp }: Stage): Promise<{ status: number; members: Members }> {
  const form = {
    subject_token: await idp.token('web-main'),
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    intent: INTENT,
  };
  const body = new URLSearchParams(form);
  const response = await fetch(`${stack.url}/v1/credentials/${SCOPE}`, { method: 'POST', body });
  return { status: response.status, members: Object(await response.json()) };
}

/** As a person of the demonstration's SAML identity provider. */
async function decide({ stack, idp }: Stage, id: string, verdict: object): Promise<Members> {
  const to = { audience: `${stack.url}/saml/demo-saml`, recipient: `${stack.url}/oauth2/token` };
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: idp.saml.response(to),
    subject_token_type: 'urn:ietf:params:oauth:token-type:saml2',
    scope: 'broker:approvals',
  };
  const token = await fetch(`${stack.url}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
  const { access_token: bearer }: Members = Object(await token.json());
  const response = await fetch(`${stack.url}/v1/approvals/${id}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${String(bearer)}`, 'content-type': 'application/json' },
    body: JSON.stringify(verdict),
  });
  const decided: Members = Object(await response.json());
  if (response.status !== 200)
    throw new Error(`/v1/approvals answered ${response.status} ${String(decided['reason'])}`);
  return decided;
}
