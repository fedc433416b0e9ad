/**
 * One signed SAML response of 10 KB, verified by the broker and by @node-saml/node-saml, in one run and process: the
 * ratio is what counts. Then the broker alone at sizes up to the cap: microseconds a kilobyte, which stay level where
 * the cost is linear.
 */
import { SAML } from '@node-saml/node-saml';
import type { SamlConnection } from '../lib/configuration/documents/connections.ts';
import { metadataOutcome, readMetadata } from '../lib/identity/saml/metadata.ts';
import { verifySaml } from '../lib/identity/saml/verify-saml.ts';
import { loadConnection } from '../lib/policy/connection.ts';
import type { Configuration } from '../lib/ports/configuration.ts';
import { epochSeconds, seconds } from '../lib/time.ts';
import {
  ACS,
  attribute,
  bearer,
  bearerData,
  certificate,
  IDP,
  metadataOf,
  NOW,
  response,
  SP,
  signedAssertion,
} from '../tests/identity/saml/idp.ts';

export interface SamlBench {
  readonly bytes: number;
  readonly brokerMs: number;
  readonly nodeSamlMs: number;
  /** At most 1.5 (issue of the SAML sign-in). */
  readonly ratio: number;
  readonly linear: readonly { readonly bytes: number; readonly microsecondsPerKilobyte: number }[];
}

const ROUNDS = 300;

/**
 * Median of the rounds, in milliseconds, after a warm-up. The two alternate, so that noise of the machine meets both.
 */
export async function benchSaml(): Promise<SamlBench> {
  const document = Buffer.from(documentOf(10 * 1024)).toString('base64');
  const [broker, other] = [brokerVerifier(), nodeSamlVerifier()];
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS + 50; round += 1) {
    const a = await timed(() => broker(document));
    const b = await timed(() => other(document));
    if (round < 50) continue;
    times[0].push(a);
    times[1].push(b);
  }
  const [brokerMs, nodeSamlMs] = [median(times[0]), median(times[1])];
  const linear = [];
  for (const bytes of [5, 10, 25, 50, 100].map((kilobytes) => kilobytes * 1000))
    linear.push(await costAt(bytes, broker));
  return { bytes: Buffer.from(document, 'base64').length, brokerMs, nodeSamlMs, ratio: brokerMs / nodeSamlMs, linear };
}

async function costAt(bytes: number, verify: (document: string) => Promise<unknown>) {
  const document = Buffer.from(documentOf(bytes)).toString('base64');
  const times: number[] = [];
  for (let round = 0; round < 60; round += 1) times.push(await timed(() => verify(document)));
  return { bytes, microsecondsPerKilobyte: (median(times.slice(10)) * 1000) / (bytes / 1000) };
}

/** A response with as many groups as make up the size. */
function documentOf(bytes: number): string {
  const confirmation = bearer(bearerData({ recipient: ACS, inResponseTo: '_q1' }));
  const build = (groups: number): string =>
    response(
      signedAssertion({
        confirmation,
        attributes: `<saml:AttributeStatement>${attribute('mail', 'alice@example.com')}${attribute('memberOf', ...Array.from({ length: groups }, (_, at) => `cn=group-${at},ou=groups,dc=example,dc=com`))}</saml:AttributeStatement>`,
      }),
      { destination: ACS, inResponseTo: '_q1' },
    );
  const each = (build(200).length - build(100).length) / 100;
  return build(Math.max(2, Math.floor((bytes - build(0).length) / each)));
}

function brokerVerifier(): (document: string) => Promise<unknown> {
  const connection: SamlConnection = {
    connection: 'corp',
    type: 'saml',
    metadata: metadataOf('idp'),
    metadataUrl: null,
    entityId: SP,
    claims: { groups: 'memberOf' },
    signed: 'assertion',
    recipients: [],
    unsolicited: false,
    sha1: 'refuse',
    require: [],
    principal: '${claims.nameId}',
    record: [],
    reuse: 'once',
    clockTolerance: seconds(60),
  };
  const compiled = loadConnection(connection);
  const configuration: Configuration = {
    version: 1,
    scope: async () => null,
    connection: async () => compiled,
    client: async () => null,
    oidcIssuer: async () => [],
    samlAudience: async () => [compiled],
    audience: async () => [],
    metadataClient: async () => null,
    signInConnections: async () => [],
    samlDecryptsCbc: async () => false,
    awsIamServer: async () => [],
  };
  const idp = metadataOutcome(readMetadata(connection.metadata ?? ''));
  const context = {
    configuration,
    metadata: { find: async () => idp },
    decryption: { decryptionKeys: async () => [] },
    issuer: 'https://broker.example.com',
    now: epochSeconds(Date.parse(NOW) / 1000),
  };
  const at = { kind: 'acs', connection: 'corp', acsUrl: ACS, inResponseTo: '_q1' } as const;
  return async (document) => {
    const outcome = await verifySaml(document, at, { ...context, signal: new AbortController().signal });
    if (!outcome.ok) throw new Error(`the benchmark's document is refused: ${outcome.refusal.reason}`);
  };
}

function nodeSamlVerifier(): (document: string) => Promise<unknown> {
  const saml = new SAML({
    callbackUrl: ACS,
    entryPoint: 'https://idp.example.com/sso',
    issuer: SP,
    audience: SP,
    idpIssuer: IDP,
    idpCert: certificate('idp'),
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: false,
    acceptedClockSkewMs: -1,
  });
  return async (document) => {
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: document });
    if (profile?.nameID !== 'alice@example.com') throw new Error('node-saml refuses the document');
  };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

if (import.meta.main) process.stdout.write(`${JSON.stringify(await benchSaml(), null, 2)}\n`);
