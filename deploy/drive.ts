/** What a live broker is driven with. */
export interface Drive {
  /** The issuer, without a final slash. */
  readonly url: string;
  readonly scope: string;
  /** A proof that the scope admits: a JWT. */
  readonly token: string;
}

interface Step {
  /** What has to be so. */
  readonly says: string;
  /** null: it is; else what came, without a secret. */
  check(drive: Drive): Promise<string | null>;
}

const DEADLINE_MS = 15_000;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const ask = ({ url }: Drive, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${url}${path}`, { ...init, redirect: 'manual', signal: AbortSignal.timeout(DEADLINE_MS) });

/** Status, and the broker's word for a refusal: never a body, which may be a credential. */
async function came(response: Response): Promise<string> {
  const text = await response.text();
  const reason = /"reason":"([a-z_]+)"|\(reason: ([a-z_]+)\)/.exec(text);
  const known = [response.status, reason?.[1] ?? reason?.[2] ?? '', response.headers.get('x-request-id') ?? ''];
  return known.filter((part) => part !== '').join(' ');
}

const expectStatus = async (response: Response, status: number): Promise<string | null> =>
  response.status === status ? null : came(response);

const json = async (response: Response): Promise<Readonly<Record<string, unknown>>> =>
  response.status === 200 ? Object(await response.json()) : {};

/** AWS SDKs for JavaScript ask at `/sts/`, boto at `/sts`. */
const assumeRole = (drive: Drive, path: string): Promise<Response> =>
  ask(drive, path, {
    method: 'POST',
    headers: FORM,
    body: new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: `arn:aws:broker:::scope/${drive.scope}`,
      RoleSessionName: 'smoke',
      WebIdentityToken: drive.token,
    }),
  });

const credentials = (drive: Drive, scope: string, token: string): Promise<Response> =>
  ask(drive, `/v1/credentials/${scope}`, { headers: { authorization: token } });

/** The last character of a signature of a JWT carries bits that nothing reads; the first never does. */
function tampered(token: string): string {
  const at = token.lastIndexOf('.') + 1;
  return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
}

const steps: readonly Step[] = [
  { says: '/healthz answers', check: async (drive) => expectStatus(await ask(drive, '/healthz'), 200) },
  {
    says: 'the metadata names this URL as the issuer',
    check: async (drive) => {
      const { issuer } = await json(await ask(drive, '/.well-known/oauth-authorization-server'));
      return issuer === drive.url ? null : `issuer ${String(issuer)}`;
    },
  },
  {
    says: 'the ring of signing keys is filled (within two minutes of a first deployment)',
    check: async (drive) => {
      const { keys } = await json(await ask(drive, '/.well-known/jwks.json'));
      return Array.isArray(keys) && keys.length > 0 ? null : 'no key';
    },
  },
  {
    says: 'a path with a final slash is the same path',
    check: async (drive) => {
      const response = await ask(drive, '/oauth2/token/');
      return response.status === 405 && response.headers.get('allow') === 'POST' ? null : came(response);
    },
  },
  { says: 'other paths are not there', check: async (drive) => expectStatus(await ask(drive, '/nothing/here'), 404) },
  {
    says: 'GRANT: the scope gives credentials at /v1/credentials',
    check: async (drive) => {
      const response = await credentials(drive, drive.scope, drive.token);
      if (response.status !== 200) return came(response);
      const { Expiration: expires } = await json(response);
      return Date.parse(String(expires)) > Date.now() ? null : 'credentials that have ended';
    },
  },
  { says: 'GRANT: and at /sts', check: async (drive) => expectStatus(await assumeRole(drive, '/sts'), 200) },
  {
    says: 'GRANT: and at /sts/, as SDKs for JavaScript ask',
    check: async (drive) => expectStatus(await assumeRole(drive, '/sts/'), 200),
  },
  {
    says: 'REFUSAL: another scope does not (403)',
    check: async (drive) => expectStatus(await credentials(drive, 'smoke-no-such-scope', drive.token), 403),
  },
  {
    says: 'REFUSAL: a tampered token names nobody (401)',
    check: async (drive) => expectStatus(await credentials(drive, drive.scope, tampered(drive.token)), 401),
  },
];

/** Drives a broker through one grant and one refusal at each door, and says how each step went. True: all went well. */
export async function driveBroker(drive: Drive, say: (line: string) => void): Promise<boolean> {
  let well = true;
  for (const { says, check } of steps) {
    const wrong = await check(drive).catch(
      (error: unknown) => `no answer (${error instanceof Error ? error.name : ''})`,
    );
    say(wrong === null ? `✓ ${says}` : `✗ ${says}: ${wrong}`);
    well &&= wrong === null;
  }
  return well;
}
