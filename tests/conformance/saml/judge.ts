/**
 * Judges one document of a foreign corpus as generously as can be: clock, audience, recipient and request are taken
 * from the document itself, every certificate and key that its folder holds is trusted (never one that only the message
 * carries), SHA-1 and short keys are let in. What is refused here is refused for what it is.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SamlConnection } from '../../../lib/configuration/documents/connections.ts';
import type { SigningKey } from '../../../lib/identity/saml/signing-certificates.ts';
import { verifySaml } from '../../../lib/identity/saml/verify-saml.ts';
import { accept } from '../../../lib/outcome.ts';
import { loadConnection } from '../../../lib/policy/connection.ts';
import type { Configuration } from '../../../lib/ports/configuration.ts';
import { epochSeconds, seconds } from '../../../lib/time.ts';

export interface Keys {
  readonly signing: readonly SigningKey[];
  readonly decryption: readonly KeyObject[];
}

export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const ALWAYS = { notBefore: epochSeconds(0), notAfter: epochSeconds(253_402_300_799) };

/** Certificates and private keys of a folder: in PEM, and certificates in metadata documents and settings. */
export function keysUnder(folder: string): Keys {
  const signing = new Map<string, SigningKey>();
  const decryption = new Map<string, KeyObject>();
  for (const path of filesUnder(folder)) {
    const text = readFileSync(path, 'utf8');
    for (const base64 of certificatesIn(path, text)) addCertificate(signing, base64);
    for (const [pem] of text.matchAll(/-----BEGIN (?:RSA )?PRIVATE KEY-----[^-]+-----END (?:RSA )?PRIVATE KEY-----/g)) {
      try {
        decryption.set(pem, createPrivateKey(pem));
      } catch {
        // Encrypted or cut off on purpose.
      }
    }
  }
  return { signing: [...signing.values()], decryption: [...decryption.values()] };
}

function certificatesIn(path: string, text: string): string[] {
  const pem = [...text.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g)];
  const named =
    /EntityDescriptor/.test(text) && !/<[\w:]*Response[\s>]/.test(text)
      ? [...text.matchAll(/X509Certificate>([^<]+)</g)]
      : [];
  const settings = path.endsWith('.json') ? [...text.matchAll(/"x509cert"\s*:\s*"([^"]+)"/g)] : [];
  return [...pem, ...named, ...settings].map(([, base64 = '']) => base64.replace(/\\n|\s/g, ''));
}

function addCertificate(signing: Map<string, SigningKey>, base64: string): void {
  try {
    signing.set(base64, { key: new X509Certificate(Buffer.from(base64, 'base64')).publicKey, ...ALWAYS });
  } catch {
    // A damaged certificate of a negative test.
  }
}

/** The document's XML if it is a SAML message, raw or in base64; else null. */
export function messageIn(bytes: Buffer): string | null {
  const raw = bytes.toString('utf8');
  const text = /^\s*</.test(raw) ? raw : Buffer.from(raw.replace(/\s/g, ''), 'base64').toString('utf8');
  return /<(?:[\w-]+:)?(?:Response|Assertion)[\s>]/.test(text) &&
    !/EntityDescriptor|<html|<script|<(?:[\w-]+:)?Envelope/i.test(text)
    ? text
    : null;
}

const first = (text: string, pattern: RegExp): string | null => pattern.exec(text)?.[1] ?? null;

export interface Known {
  readonly now?: string;
  readonly entityId?: string;
  readonly clockTolerance?: number;
  readonly idpEntityId?: string;
}

/** `accepted`, or the reason under the setting that comes furthest. */
export async function judge(xml: string, keys: Keys, known: Known = {}): Promise<string> {
  const text = xml.trim();
  const reasons = [];
  for (const signed of ['assertion', 'response'] as const) {
    const reason = await verdict(text, signed, keys, known);
    if (reason === 'accepted') return reason;
    reasons.push(reason);
  }
  return reasons.find((reason) => reason !== 'saml_unsigned') ?? 'saml_unsigned';
}

async function verdict(text: string, signed: 'assertion' | 'response', keys: Keys, known: Known): Promise<string> {
  const recipient =
    first(text, /Recipient="([^"]*)"/) ?? first(text, /Destination="([^"]*)"/) ?? 'https://sp.example.com';
  const inResponseTo = first(text, /InResponseTo="([^"]*)"/);
  const issuers = [...text.matchAll(/<(?:[\w-]+:)?Issuer[^>]*>([^<]*)</g)].map((match) => match[1] ?? '');
  const isBare = /^(?:<\?xml[^>]*>\s*)?<(?:[\w-]+:)?Assertion/.test(text);
  const connection: SamlConnection = {
    connection: 'corpus',
    type: 'saml',
    metadata: '',
    metadataUrl: null,
    claims: {},
    principal: 'corpus',
    record: [],
    require: [],
    reuse: 'once',
    entityId: known.entityId ?? first(text, /<(?:[\w-]+:)?Audience>([^<]*)</) ?? 'https://sp.example.com',
    signed,
    recipients: [recipient, first(text, /Destination="([^"]*)"/) ?? recipient],
    unsolicited: true,
    sha1: 'accept',
    encryption: ['gcm', 'cbc'],
    clockTolerance: seconds(known.clockTolerance ?? 0),
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
    samlDecryptsCbc: async () => true,
    awsIamServer: async () => [],
  };
  const idp = {
    entityId: known.idpEntityId ?? issuers.at(-1) ?? '',
    keys: keys.signing,
    singleSignOn: [],
    wantsSignedRequests: false,
    validUntil: null,
    cacheDuration: null,
  };
  const outcome = await verifySaml(
    Buffer.from(text).toString('base64'),
    isBare ? { kind: 'endpoint' } : { kind: 'acs', connection: 'corpus', acsUrl: recipient, inResponseTo },
    {
      configuration,
      metadata: { find: async () => accept(idp) },
      decryption: { decryptionKeys: async () => keys.decryption },
      issuer: 'https://sp.example.com',
      now: epochSeconds(clockOf(text, known) / 1000),
      signal: AbortSignal.timeout(50_000),
    },
  );
  return outcome.ok ? 'accepted' : outcome.refusal.reason;
}

/** A second behind the latest beginning that the document names. */
function clockOf(text: string, { now }: Known): number {
  if (now !== undefined) return Date.parse(now);
  const begins = [...text.matchAll(/(?:IssueInstant|AuthnInstant|NotBefore)="([^"]*)"/g)].map((match) =>
    Date.parse(match[1] ?? ''),
  );
  return Math.max(...begins.filter((time) => Number.isFinite(time)), 0) + 1000;
}
