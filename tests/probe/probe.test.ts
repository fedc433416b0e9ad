import { describe, expect, it } from '@jest/globals';
import type { OidcConnection } from '../../lib/configuration/documents/connections.ts';
import { Fault } from '../../lib/outcome.ts';
import type { FetchRequest, FetchResult } from '../../lib/ports/documents.ts';
import { type ProbePorts, probe } from '../../lib/probe/probe.ts';
import { type TrialFinding, tryGrants } from '../../lib/probe/trial.ts';
import { NOW } from '../fakes/world.ts';
import { CONNECTION } from '../identity/oidc/fixture.ts';

const ISSUER = 'https://broker.example.com';
const TRIAL = { issuer: ISSUER, client: 'probe', scope: 'probe', refusedScope: 'deploy' };
const SECRET = 'a secret: of 31/characters + %41';
const SESSION = 'the-session-token-itself';
const signal = () => AbortSignal.timeout(5_000);

const answer = (status: number, body: object): FetchResult => ({
  ...{ ok: true, status, headers: {} },
  body: new TextEncoder().encode(JSON.stringify(body)),
});
const granted = (Expiration = '2026-11-21T09:15:00Z') => answer(200, { Expiration, SessionToken: SESSION });
const refused = (status = 403, reason: unknown = 'not_allowed') => answer(status, { reason });
const silent: FetchResult = { ok: false, problem: 'network', cause: 'ECONNREFUSED', connected: false };

interface World {
  readonly probe?: FetchResult;
  readonly deploy?: FetchResult;
  readonly secret?: string | null;
  readonly scopes?: readonly string[];
}

function world({ probe: mine = granted(), deploy = refused(), secret = SECRET, scopes = ['deploy'] }: World = {}) {
  const asked: FetchRequest[] = [];
  const lines: unknown[] = [];
  const answers: Readonly<Record<string, FetchResult>> = { probe: mine, deploy };
  const ports: ProbePorts = {
    clock: { now: () => NOW },
    certificateEnd: async () => null,
    connections: async () => [],
    fetcher: {
      fetch: async (request) => {
        asked.push(request);
        return answers[request.url.slice(request.url.lastIndexOf('/') + 1)] ?? silent;
      },
    },
    secret: async () => secret,
    isScope: async (name) => scopes.includes(name),
    trial: TRIAL,
    log: { info: (event, members) => lines.push([event, members]), error: (event) => lines.push([event]) },
  };
  return { ports, asked, lines };
}

const tried = async (given: World): Promise<readonly string[]> =>
  (await tryGrants(TRIAL, world(given).ports, NOW, signal())).map(
    ({ check, status, message }: TrialFinding) => `${check} ${status}: ${message}`,
  );

const OK = ['grant ok: it was granted', 'refusal ok: it was refused'] as const;

describe('the grants that the probe tries', () => {
  it('are one that is granted and one that its rules refuse', async () => {
    expect(await tried({})).toEqual(OK);
  });

  it('are asked for at the public URL as the client itself, without a redirect, its secret encoded (RFC 6749 §2.3.1)', async () => {
    const { ports, asked } = world();
    await tryGrants(TRIAL, ports, NOW, signal());
    expect(asked.map(({ url }) => url)).toEqual([`${ISSUER}/v1/credentials/probe`, `${ISSUER}/v1/credentials/deploy`]);
    for (const { headers, method, redirects } of asked) {
      expect([method, redirects]).toEqual(['GET', 'none']);
      const [client, secret = ''] = Buffer.from(headers?.['authorization']?.slice('Basic '.length) ?? '', 'base64')
        .toString()
        .split(':');
      expect([client, decodeURIComponent(secret)]).toEqual(['probe', SECRET]);
    }
  });

  it.each<[string, World, string]>([
    ['is refused', { probe: refused() }, 'it was not granted: 403 not_allowed'],
    ['cannot be had', { probe: refused(503, 'sts_unavailable') }, 'it was not granted: 503 sts_unavailable'],
    [
      'has ended',
      { probe: granted('2026-11-21T09:00:00Z') },
      'it was not granted: credentials that have ended, or none',
    ],
    ['is none', { probe: answer(200, {}) }, 'it was not granted: credentials that have ended, or none'],
    ['does not come', { probe: silent }, 'it was not granted: no answer: network (ECONNREFUSED)'],
    ['comes with no reason', { probe: refused(502, 'No <b>words</b>') }, 'it was not granted: 502 without a reason'],
  ])('are broken where the one that must succeed %s', async (_, given, message) => {
    expect(await tried(given)).toEqual([`grant broken: ${message}`, OK[1]]);
  });

  it.each<[string, World, string]>([
    ['is granted', { deploy: granted() }, 'it was granted, and must be refused'],
    ['is granted and has ended', { deploy: granted('2020-01-01T00:00:00Z') }, 'it was granted, and must be refused'],
    ['names nobody', { deploy: refused(401) }, 'it was not refused by its rules: 401 not_allowed'],
    [
      'is refused for something else',
      { deploy: refused(403, 'limit_reached') },
      'it was not refused by its rules: 403 limit_reached',
    ],
    ['does not come', { deploy: silent }, 'it was not refused by its rules: no answer: network (ECONNREFUSED)'],
    ['is of a scope that is not there', { scopes: ['probe'] }, 'it is not in the configuration, or switched off'],
  ])('are broken where the one that must be refused %s', async (_, given, message) => {
    expect(await tried(given)).toEqual([OK[0], `refusal broken: ${message}`]);
  });

  it('are both broken without the secret, and nobody is asked', async () => {
    const { ports, asked } = world({ secret: null });
    const findings = await tryGrants(TRIAL, ports, NOW, signal());
    expect(findings.map(({ status }) => status)).toEqual(['broken', 'broken']);
    expect(asked).toEqual([]);
  });
});

describe('a run of the probe', () => {
  const idp = (number: number): OidcConnection => ({
    ...CONNECTION,
    connection: `idp-${number}`,
    issuers: [{ issuer: `https://idp-${number}.example`, jwksUri: null }],
  });

  it('writes a line for each finding and one at its end, and no secret', async () => {
    const { ports, lines } = world({ deploy: granted() });
    expect(await probe({ ...ports, connections: async () => [idp(1)] }, signal())).toEqual({
      ok: 1,
      soon: 0,
      broken: 2,
    });
    expect(lines).toEqual([
      [
        'probed',
        {
          ...{ connection: 'idp-1', check: 'discovery', finding: 'broken', validUntil: null },
          found: 'https://idp-1.example/.well-known/openid-configuration cannot be had: network (ECONNREFUSED)',
        },
      ],
      ['probed', { scope: 'probe', check: 'grant', finding: 'ok', found: 'it was granted' }],
      [
        'probed',
        { scope: 'deploy', check: 'refusal', finding: 'broken', found: 'it was granted, and must be refused' },
      ],
      ['probe_ended', { ok: 1, soon: 0, broken: 2 }],
    ]);
    expect(JSON.stringify(lines)).not.toMatch(new RegExp(`${SESSION}|a secret`));
  });

  it('asks for no grant where none is named', async () => {
    const { ports, asked } = world();
    expect(await probe({ ...ports, trial: null }, signal())).toEqual({ ok: 0, soon: 0, broken: 0 });
    expect(asked).toEqual([]);
  });

  it('looks at every connection once, eight at a time', async () => {
    const { ports } = world();
    const open = { now: 0, most: 0, all: new Set<string>() };
    const fetcher: ProbePorts['fetcher'] = {
      fetch: async ({ url }) => {
        open.now += 1;
        open.most = Math.max(open.most, open.now);
        open.all.add(url);
        await new Promise((resolve) => setImmediate(resolve));
        open.now -= 1;
        return silent;
      },
    };
    const connections = async () => Array.from({ length: 30 }, (_, number) => idp(number));
    expect(await probe({ ...ports, trial: null, fetcher, connections }, signal())).toMatchObject({ broken: 30 });
    expect([open.all.size, open.most]).toEqual([30, 8]);
  });

  it.each<[string, Partial<ProbePorts>]>([
    ['the configuration', { connections: () => Promise.reject(new Fault('configuration', 'down')) }],
    ['the secret of its client', { secret: () => Promise.reject(new Fault('secrets', 'down')) }],
    ['whether the refused scope is there', { isScope: () => Promise.reject(new Fault('configuration', 'down')) }],
  ])('fails without a last line where it cannot read %s', async (_, broken) => {
    const { ports, lines } = world();
    await expect(probe({ ...ports, ...broken }, signal())).rejects.toThrow(Fault);
    expect(JSON.stringify(lines)).not.toContain('probe_ended');
  });
});
