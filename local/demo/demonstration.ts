import { Buffer } from 'node:buffer';
import { showApproval } from './approval.ts';
import { printIssuances } from './issuances.ts';
import { showDevice, showOidcSignIn } from './person.ts';
import { showSaml, showSignedRequest } from './proofs.ts';
import { showReceipt } from './receipt.ts';
import { masked, type Stage } from './stage.ts';
import { showActor, showBrokerToken, showDownstream, showRevocation, showServer } from './token.ts';

/** One flow, shown once. `run` returns the lines to print, and throws where the flow did not go as it must. */
interface Flow {
  readonly title: string;
  /** It needs an STS that refuses a role for its name, or that knows whose sessions it gave. */
  readonly sts?: 'embedded';
  /** It needs a bucket. */
  readonly archive?: 'there';
  run(stage: Stage): Promise<readonly string[]>;
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

async function credentials({ stack }: Stage, token: string, scope: string) {
  const headers = { authorization: token };
  const response = await fetch(`${stack.url}/v1/credentials/${scope}`, { headers });
  const body: unknown = await response.json();
  const members: Readonly<Record<string, unknown>> = typeof body === 'object' && body !== null ? { ...body } : {};
  return { status: response.status, members };
}

async function refusal(stage: Stage, token: string, scope: string, reason: string): Promise<readonly string[]> {
  const { status, members } = await credentials(stage, token, scope);
  must(members['reason'] === reason, `expected the reason ${reason}, got ${status} ${String(members['reason'])}`);
  return [`HTTP ${status}  ${String(members['reason'])}`, String(members['error_description'])];
}

/** The token with another `ref`: what a caller could write into it who has no key. */
function forged(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const changed = { ...Object(claims), ref: 'refs/heads/main' };
  return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
}

async function showToken({ idp }: Stage): Promise<readonly string[]> {
  const [, payload = ''] = (await idp.token('web-main')).split('.');
  const { iss, sub, aud, repository, ref } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return [`iss ${iss}`, `aud ${aud}`, `sub ${sub}   repository ${repository}   ref ${ref}`];
}

async function showCredentials(stage: Stage): Promise<readonly string[]> {
  const { status, members } = await credentials(stage, await stage.idp.token('web-main'), 'demo');
  must(status === 200, `expected credentials, got ${status} ${String(members['reason'])}`);
  return [
    `AccessKeyId ${masked(members['AccessKeyId'])}   SecretAccessKey ****   Token ****`,
    `Expiration ${String(members['Expiration'])}   RoleArn ${String(members['RoleArn'])}`,
    `IssuanceId ${String(members['IssuanceId'])}`,
  ];
}

async function showSts({ stack, idp }: Stage): Promise<readonly string[]> {
  const response = await fetch(`${stack.url}/sts`, {
    method: 'POST',
    body: new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:broker:::scope/demo',
      RoleSessionName: 'demonstration',
      WebIdentityToken: await idp.token('web-main'),
    }),
  });
  const text = await response.text();
  const element = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
  must(response.status === 200, `expected credentials, got ${response.status} ${element('Code')}`);
  return [`AccessKeyId ${masked(element('AccessKeyId'))}   AssumedRole ${element('Arn')}`];
}

async function showProbe({ stack }: Stage): Promise<readonly string[]> {
  const counts = await stack.probe();
  must(counts !== null, 'the probe ended in a fault');
  const { ok, soon, broken } = Object(counts);
  must(broken === 0, `${broken} findings are broken`);
  return [`ok ${ok}   soon ${soon}   broken ${broken}`];
}

const flows: readonly Flow[] = [
  { title: 'A token of the demonstration identity provider', run: showToken },
  { title: 'Credentials for the scope "demo" at /v1/credentials/demo', run: showCredentials },
  { title: 'The same at /sts, as any AWS SDK asks (AssumeRoleWithWebIdentity)', run: showSts },
  {
    title: 'Refused: another branch asks for the scope',
    run: async (stage) => refusal(stage, await stage.idp.token('web-feature'), 'demo', 'not_allowed'),
  },
  {
    title: 'Refused: a token whose branch was changed after it was signed',
    run: async (stage) => refusal(stage, forged(await stage.idp.token('web-feature')), 'demo', 'signature_invalid'),
  },
  {
    title: 'Failed: the trust of the role does not admit the broker',
    sts: 'embedded',
    run: async (stage) => refusal(stage, await stage.idp.token('web-main'), 'demo-untrusted', 'role_refused'),
  },
  { title: 'A person: a SAML response becomes an AWS session (/oauth2/token)', run: showSaml },
  { title: 'A person signs in at an OpenID provider (/oauth2/authorize), for an AWS session', run: showOidcSignIn },
  { title: 'A machine without a browser: its code is typed elsewhere (/device, RFC 8628)', run: showDevice },
  {
    title: 'A task: a signed AWS request (GetCallerIdentity) becomes an AWS session',
    sts: 'embedded',
    run: showSignedRequest,
  },
  {
    title: 'A bot: a token for an API by client credentials (/oauth2/token), and its introspection',
    run: showBrokerToken,
  },
  { title: 'An agent for somebody: both in the rule, both in the token, and why in the ledger', run: showActor },
  {
    title: 'A server that was sent such a token (MCP) calls AWS for the person: itself in between, for one file',
    run: showServer,
  },
  {
    title: "Somebody else's API: a token of its own authorization server, whose client secret only the broker has",
    run: showDownstream,
  },
  { title: 'A person approves one request, which is granted once (requires.approval)', run: showApproval },
  { title: 'Taken back: a token that leaked is revoked, and inactive (token-broker revoke)', run: showRevocation },
  {
    title: 'The probe: what the identity providers serve, one grant that must succeed and one that must be refused',
    run: showProbe,
  },
  {
    title: 'The ledger: what was issued, denied and failed (token-broker issuances list)',
    run: printIssuances,
  },
  {
    title: 'The archive: a receipt proves offline that a record is in the log (token-broker issuances receipt)',
    archive: 'there',
    run: showReceipt,
  },
];

/** Shows each flow. Returns true if all of them went well; those that did not say what went wrong. */
export async function demonstrate(stage: Stage, print: (line: string) => void): Promise<boolean> {
  const { sts, archive } = stage.stack;
  const shown = flows.filter((flow) => (flow.sts ?? sts) === sts && (flow.archive === undefined || archive !== null));
  let well = true;
  for (const { title, run } of shown) {
    print(`\n${title}`);
    try {
      for (const line of await run(stage)) print(`  ${line}`);
    } catch (error) {
      well = false;
      print(`  WRONG: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return well;
}
