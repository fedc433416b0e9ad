import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { SamlConnection } from '../../../lib/configuration/documents/connections.ts';
import type { Principal, SamlBinding } from '../../../lib/identity/principal.ts';
import { metadataOutcome, readMetadata } from '../../../lib/identity/saml/metadata.ts';
import { verifySaml } from '../../../lib/identity/saml/verify-saml.ts';
import { type Outcome, refuse } from '../../../lib/outcome.ts';
import { loadConnection } from '../../../lib/policy/connection.ts';
import type { Configuration } from '../../../lib/ports/configuration.ts';
import { epochSeconds, seconds } from '../../../lib/time.ts';
import { ACS, metadataOf, NOW, privateKey, SP } from './idp.ts';

export const CONNECTION: SamlConnection = {
  connection: 'corp',
  type: 'saml',
  metadata: metadataOf('idp', 'rolled', 'ended', 'ec'),
  metadataUrl: null,
  entityId: SP,
  claims: { groups: 'memberOf', email: 'mail' },
  signed: 'assertion',
  recipients: [],
  unsolicited: false,
  sha1: 'refuse',
  encryption: ['gcm'],
  require: [],
  principal: '${claims.nameId}',
  record: ['groups'],
  reuse: 'once',
  clockTolerance: seconds(0),
};

export const ENDPOINT: SamlBinding = { kind: 'endpoint' };
export const atAcs = (inResponseTo: string | null): SamlBinding => ({
  kind: 'acs',
  connection: 'corp',
  acsUrl: ACS,
  inResponseTo,
});

export interface Setting {
  readonly connection?: Partial<SamlConnection>;
  readonly others?: readonly SamlConnection[];
  readonly at?: SamlBinding;
  readonly now?: string;
  readonly keys?: readonly KeyObject[];
}

function configurationOf(documents: readonly SamlConnection[]): Configuration {
  const connections = documents.map(loadConnection);
  return {
    version: 1,
    scope: async () => null,
    connection: async (name) => connections.find((each) => each.connection === name) ?? null,
    client: async () => null,
    oidcIssuer: async () => [],
    audience: async () => [],
    metadataClient: async () => null,
    signInConnections: async () => [],
    samlDecryptsCbc: async () => connections.some(({ encryption }) => encryption?.includes('cbc')),
    samlAudience: async (audience) => connections.filter((each) => each.entityId === audience),
    awsIamServer: async () => [],
  };
}

/** Verifies base64 of `xml`, at the token endpoint and at NOW unless `setting` says otherwise. */
export const verifyXml = (xml: string | Uint8Array, setting: Setting = {}): Promise<Outcome<Principal>> =>
  verifyEncoded(Buffer.from(xml).toString('base64'), setting);

export function verifyEncoded(document: string, setting: Setting = {}): Promise<Outcome<Principal>> {
  const connection = { ...CONNECTION, ...setting.connection };
  return verifySaml(document, setting.at ?? ENDPOINT, {
    configuration: configurationOf([connection, ...(setting.others ?? [])]),
    metadata: {
      find: async ({ metadata }) =>
        metadata === null ? refuse('metadata_unavailable') : metadataOutcome(readMetadata(metadata)),
    },
    decryption: { decryptionKeys: async () => setting.keys ?? [createPrivateKey(privateKey('sp'))] },
    issuer: 'https://broker.example.com',
    now: epochSeconds(Date.parse(setting.now ?? NOW) / 1000),
    signal: AbortSignal.timeout(20_000),
  });
}

/** The reason of the refusal, or `accepted`. */
export async function verdict(xml: string | Uint8Array, setting: Setting = {}): Promise<string> {
  const outcome = await verifyXml(xml, setting);
  return outcome.ok ? 'accepted' : outcome.refusal.reason;
}

/** The same, with what the operator's log says beside it: `saml_schema: Assertion without Issuer`. */
export async function logged(xml: string | Uint8Array, setting: Setting = {}): Promise<string> {
  const outcome = await verifyXml(xml, setting);
  if (outcome.ok) return 'accepted';
  const { reason, log = {} } = outcome.refusal;
  const members = Object.entries(log).map(([name, value]) => (name === 'found' ? value : `${name} ${value}`));
  return members.length === 0 ? reason : `${reason}: ${members.join(', ')}`;
}
