import { isBrokerIssuer, isLoopback } from '../loopback.ts';
import type { SigningAlgorithm } from '../ports/keys.ts';
import { type Seconds, seconds } from '../time.ts';

/** How one deployment differs from another: read from the environment once, at the start, and never again. */
export interface Settings {
  /** This deployment's issuer: an https origin without a path, or loopback http in the local stack. No final slash. */
  readonly issuer: string;
  /** True where the issuer is loopback: then loopback http is accepted of others too (contract section 5). */
  readonly loopback: boolean;
  /** Begins the name of every table. */
  readonly tablePrefix: string;
  /** External id of every AssumeRole whose grant names none: 2 to 1,224 characters. */
  readonly externalId: string;
  /** How long the ledger keeps a record. */
  readonly ledgerRetention: Seconds;
  /** Secrets Manager names; null: this function has no use for them. */
  readonly signingKeysSecret: string | null;
  readonly samlKeysSecret: string | null;
  /** Of new keys for broker tokens (RFC 7518 section 3.1, RFC 8037). */
  readonly signingAlgorithm: SigningAlgorithm;
  /** The bucket of the archive, and the secret that the log's key is made of; null: no use for them. */
  readonly archiveBucket: string | null;
  readonly logKeySecret: string | null;
  /** How long what is final in the archive may not be deleted, and whether anybody may lift that. */
  readonly archiveLock: { readonly length: Seconds; readonly mode: LockMode };
  /** Whether what is a person's lies in the archive as it is, or sealed under a key of theirs. */
  readonly archivePersons: ArchivePersons;
  /** Where a witness takes checkpoints, and its verifier key (C2SP signed-note); null: there is none. */
  readonly witnessUrl: string | null;
  readonly witnessKey: string | null;
  /** Where traces go, without `/v1/traces`; null: nothing is traced. */
  readonly otlpEndpoint: string | null;
  readonly region: string;
  /** The SDK's own endpoint setting for STS; null: the Region's. */
  readonly stsEndpoint: string | null;
  /** As which client the probe asks for which scopes; null: for none, or this function is not the probe. */
  readonly probe: { readonly client: string; readonly scope: string; readonly refusedScope: string } | null;
  readonly version: string;
  readonly build: string;
}

/** Amazon S3, Object Lock: governance may be lifted by whoever has that permission, compliance by nobody. */
export type LockMode = 'GOVERNANCE' | 'COMPLIANCE';
/** `sealed`: an erasure can make what is a person's unreadable in the archive too. */
export type ArchivePersons = 'plain' | 'sealed';
const ARCHIVE_PERSONS: readonly ArchivePersons[] = ['plain', 'sealed'];

const LOCK_MODES: readonly LockMode[] = ['GOVERNANCE', 'COMPLIANCE'];

const SIGNING_ALGORITHMS: readonly SigningAlgorithm[] = ['ES256', 'EdDSA', 'RS256'];

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of a deployment are wrong: a mistake of whoever deployed it. Names every one at once. */
export class SettingsError extends TypeError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Settings are wrong: ${problems.join('; ')}`);
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

interface Setting<T> {
  /** Completes "NAME must be …". The value itself is never repeated. */
  readonly must: string;
  /** null: not acceptable. */
  read(text: string): T | null;
}

const SECONDS_A_DAY = 86_400;
const MOST_DAYS = 3_650;

const issuer: Setting<string> = {
  must: 'an https origin without a path (or loopback http), such as https://broker.example.com',
  read: (text) => (isBrokerIssuer(text) ? text : null),
};
const tablePrefix = matching(/^[A-Za-z0-9_.-]{1,200}$/, '1 to 200 characters of A-Z a-z 0-9 _ . -');
// STS API reference, AssumeRole, ExternalId.
const externalId = matching(/^[\w+=,.@:/-]{2,1224}$/, '2 to 1224 characters of A-Z a-z 0-9 _ + = , . @ : / -');
const retention: Setting<Seconds> = {
  must: `a whole number of days, 1 to ${MOST_DAYS}`,
  read: (text) =>
    /^[1-9][0-9]{0,3}$/.test(text) && Number(text) <= MOST_DAYS ? seconds(Number(text) * SECONDS_A_DAY) : null,
};
// Secrets Manager API reference, CreateSecret, Name; or an ARN.
const secretName = matching(/^[\w/+=.@:-]{1,512}$/, 'the name of a Secrets Manager secret');
// `us-gov-west-1`, `us-isob-east-1`, `eusc-de-east-1`.
export const REGION_FORM = /^[a-z]{2,4}(?:-[a-z]+){1,2}-[0-9]{1,2}$/;
const region = matching(REGION_FORM, 'an AWS Region');
const endpoint: Setting<string> = {
  must: 'an http or https URL',
  read: (text) => (URL.canParse(text) && /^https?:\/\//.test(text) ? text : null),
};
/** Https, or the loopback of a collector beside the function: spans go nowhere else in the clear. */
const collector: Setting<string> = {
  must: 'an https URL (or loopback http) without a query',
  read: (text) => (isCollector(text) ? text : null),
};
// Amazon S3 user guide, "Bucket naming rules".
const bucket = matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of an S3 bucket');
const lockMode: Setting<LockMode> = {
  must: `one of ${LOCK_MODES.join(', ')}`,
  read: (text) => LOCK_MODES.find((name) => name === text) ?? null,
};
const persons: Setting<ArchivePersons> = {
  must: `one of ${ARCHIVE_PERSONS.join(', ')}`,
  read: (text) => ARCHIVE_PERSONS.find((name) => name === text) ?? null,
};
const verifierKey = matching(/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/, 'a signed-note verifier key');
const label = matching(/^[\w.+-]{1,64}$/, '1 to 64 characters of A-Z a-z 0-9 _ . + -');
const client = matching(/^[a-z][a-z0-9-]{0,62}$/, 'the name of a client');
const scope = matching(/^[A-Za-z][A-Za-z0-9:._-]{0,127}$/, 'the name of a scope');
const algorithm: Setting<SigningAlgorithm> = {
  must: `one of ${SIGNING_ALGORITHMS.join(', ')}`,
  read: (text) => SIGNING_ALGORITHMS.find((name) => name === text) ?? null,
};

/**
 * Reads and checks the settings. An empty variable counts as missing, as templates write it.
 * Throws `SettingsError`, which names every bad variable at once and repeats no value.
 */
export function readSettings(environment: Environment = process.env): Settings {
  const problems: string[] = [];
  function optional<T>(name: string, setting: Setting<T>): T | null {
    const text = environment[name] ?? '';
    const value = text === '' ? null : setting.read(text);
    if (text !== '' && value === null) problems.push(`${name} must be ${setting.must}`);
    return value;
  }
  function required<T>(name: string, setting: Setting<T>, placeholder: T): T {
    if ((environment[name] ?? '') === '') problems.push(`${name} is missing: ${setting.must}`);
    return optional(name, setting) ?? placeholder;
  }
  function probeOf(asked: string | null, granted: string | null, refused: string | null): Settings['probe'] {
    if (asked !== null && granted !== null && refused !== null) {
      return { client: asked, scope: granted, refusedScope: refused };
    }
    const some = asked !== null || granted !== null || refused !== null;
    if (some) problems.push('PROBE_CLIENT, PROBE_SCOPE and PROBE_REFUSED_SCOPE must be given together');
    return null;
  }
  const origin = required('ISSUER', issuer, '');
  const settings: Settings = {
    issuer: origin,
    loopback: URL.canParse(origin) && isLoopback(new URL(origin)),
    tablePrefix: required('TABLE_PREFIX', tablePrefix, ''),
    externalId: required('EXTERNAL_ID', externalId, ''),
    ledgerRetention: optional('LEDGER_RETENTION_DAYS', retention) ?? seconds(90 * SECONDS_A_DAY),
    signingKeysSecret: optional('SIGNING_KEYS_SECRET', secretName),
    samlKeysSecret: optional('SAML_KEYS_SECRET', secretName),
    signingAlgorithm: optional('SIGNING_ALGORITHM', algorithm) ?? 'ES256',
    archiveBucket: optional('ARCHIVE_BUCKET', bucket),
    logKeySecret: optional('LOG_KEY_SECRET', secretName),
    archiveLock: {
      length: optional('ARCHIVE_LOCK_DAYS', retention) ?? seconds(400 * SECONDS_A_DAY),
      mode: optional('ARCHIVE_LOCK_MODE', lockMode) ?? 'GOVERNANCE',
    },
    archivePersons: optional('ARCHIVE_PERSONS', persons) ?? 'plain',
    witnessUrl: optional('WITNESS_URL', endpoint),
    witnessKey: optional('WITNESS_KEY', verifierKey),
    otlpEndpoint: optional('OTEL_EXPORTER_OTLP_ENDPOINT', collector),
    region: required('AWS_REGION', region, ''),
    stsEndpoint: optional('AWS_ENDPOINT_URL_STS', endpoint) ?? optional('AWS_ENDPOINT_URL', endpoint),
    probe: probeOf(
      optional('PROBE_CLIENT', client),
      optional('PROBE_SCOPE', scope),
      optional('PROBE_REFUSED_SCOPE', scope),
    ),
    version: optional('VERSION', label) ?? '0.0.0',
    build: optional('BUILD', label) ?? 'dev',
  };
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

function isCollector(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
  return isSafe && `${url.username}${url.password}${url.search}${url.hash}` === '';
}

function matching(pattern: RegExp, must: string): Setting<string> {
  return { must, read: (text) => (pattern.test(text) ? text : null) };
}
