import { readMetadata } from '../../identity/saml/metadata.ts';
import { metadataFindings } from '../../identity/saml/metadata-findings.ts';
import type { SamlConnection } from '../documents/connections.ts';
import type { Report, Severity } from '../problem.ts';
import type { WrittenSamlConnection } from '../schema/connection.ts';
import { toSeconds } from '../schema/values.ts';
import { checkAddressAt, type Deployment } from '../web-address.ts';
import { normalizeConditions } from './conditions.ts';

/** What the assertion itself says under these names; no attribute stands in its place (contract section 2). */
const DERIVED_CLAIMS: ReadonlySet<string> = new Set([
  ...['nameId', 'nameIdFormat', 'sessionIndex', 'authnContext', 'authnInstant', 'issuer'],
]);

/** What a document says of a file beside it. */
export interface Beside {
  /** Reads the file, relative to the document: its text, or why it cannot be had. */
  read(path: string): { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };
  /** Reports what is wrong at a line of it. */
  report(path: string, line: number, message: string, severity: Severity): void;
}

/** A SAML connection with its metadata document inlined and defaults written out. */
export function normalizeSamlConnection(
  written: WrittenSamlConnection,
  deployment: Deployment,
  beside: Beside,
  report: Report,
): SamlConnection {
  if (written.metadata === undefined && written.metadataUrl === undefined) {
    report([], 'metadata or metadataUrl is required', 'missing-field');
  } else if (written.metadata !== undefined && written.metadataUrl !== undefined) {
    report(['metadataUrl'], 'name either metadata or metadataUrl');
  }
  if (written.metadataUrl !== undefined) checkAddressAt(written.metadataUrl, deployment, report, ['metadataUrl']);
  for (const alias of Object.keys(written.claims ?? {})) {
    if (DERIVED_CLAIMS.has(alias))
      report(['claims', alias], 'is a name that the broker derives itself: choose another');
  }
  if (written.sha1 === 'accept')
    report(['sha1'], 'SHA-1 signatures can be forged; only for an IdP that has nothing else', 'sha1-accepted');
  written.encryption?.forEach((mode, index) => {
    if (mode !== 'cbc') return;
    const message = 'CBC does not notice a change; only for an IdP that cannot encrypt with AES-GCM';
    report(['encryption', index], message, 'cbc-accepted');
  });
  return {
    connection: written.connection,
    type: 'saml',
    metadata: written.metadata === undefined ? null : inlineMetadata(written.metadata, deployment, beside, report),
    metadataUrl: written.metadataUrl ?? null,
    entityId: written.entityId,
    claims: written.claims ?? {},
    signed: written.signed ?? 'assertion',
    recipients: written.recipients ?? [],
    unsolicited: written.unsolicited ?? false,
    sha1: written.sha1 ?? 'refuse',
    encryption: written.encryption ?? ['gcm'],
    require: written.require ? [normalizeConditions(written.require)] : [],
    principal: written.principal ?? '${claims.nameId}',
    record: written.record ?? [],
    reuse: 'once',
    clockTolerance: toSeconds(written.clockTolerance ?? '60s'),
  };
}

/** The document as the runtime's own reader takes it: what a sign-in would be refused for is an error here. */
function inlineMetadata(path: string, deployment: Deployment, beside: Beside, report: Report): string | null {
  if (/^https?:\/\//i.test(path)) {
    report(['metadata'], 'is an address: metadata names a file beside this one, and metadataUrl an address');
    return null;
  }
  const file = beside.read(path);
  if (!file.ok) {
    report(['metadata'], file.problem);
    return null;
  }
  for (const { line, message, severity } of metadataFindings(readMetadata(file.text), deployment.now)) {
    beside.report(path, line, message, severity);
  }
  return file.text.replace(/^\uFEFF/, '');
}

/**
 * The entity id of the IdP that an inlined metadata document describes; null where there is none, or none that is read.
 */
export function idpEntityId({ metadata }: SamlConnection): string | null {
  const reading = metadata === null ? null : readMetadata(metadata);
  return reading?.ok === true ? reading.value.entityId : null;
}
