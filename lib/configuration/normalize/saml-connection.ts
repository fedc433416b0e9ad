import type { SamlConnection } from '../documents.ts';
import type { Report } from '../problem.ts';
import type { WrittenSamlConnection } from '../schema/connection.ts';
import { toSeconds } from '../schema/values.ts';
import { checkAddressAt, type Deployment } from '../web-address.ts';
import { normalizeConditions } from './conditions.ts';

/** What the assertion itself says under these names; no attribute stands in its place (contract section 2). */
const DERIVED_CLAIMS: ReadonlySet<string> = new Set([
  ...['nameId', 'nameIdFormat', 'sessionIndex', 'authnContext', 'authnInstant', 'issuer'],
]);

/** Reads a file that a document names, relative to it: its text, or why it cannot be had. */
export type ReadBeside = (
  path: string,
) => { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: string };

/** A SAML connection with its metadata document inlined and defaults written out. */
export function normalizeSamlConnection(
  written: WrittenSamlConnection,
  deployment: Deployment,
  readBeside: ReadBeside,
  report: Report,
): SamlConnection {
  if (written.metadata === undefined && written.metadataUrl === undefined) {
    report([], 'metadata or metadataUrl is required');
  } else if (written.metadata !== undefined && written.metadataUrl !== undefined) {
    report(['metadataUrl'], 'name either metadata or metadataUrl');
  }
  if (written.metadataUrl !== undefined) checkAddressAt(written.metadataUrl, deployment, report, ['metadataUrl']);
  for (const alias of Object.keys(written.claims ?? {})) {
    if (DERIVED_CLAIMS.has(alias))
      report(['claims', alias], 'is a name that the broker derives itself: choose another');
  }
  if (written.sha1 === 'accept')
    report(['sha1'], 'SHA-1 signatures can be forged; only for an IdP that has nothing else', 'warning');
  written.encryption?.forEach((mode, index) => {
    if (mode !== 'cbc') return;
    const message = 'CBC does not notice a change; only for an IdP that cannot encrypt with AES-GCM';
    report(['encryption', index], message, 'warning');
  });
  return {
    connection: written.connection,
    type: 'saml',
    metadata: written.metadata === undefined ? null : readMetadata(written.metadata, readBeside, report),
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

/** Enough to notice a wrong file before it is stored; the document is parsed where it is used. */
function readMetadata(path: string, readBeside: ReadBeside, report: Report): string | null {
  const file = readBeside(path);
  if (!file.ok) {
    report(['metadata'], file.problem);
    return null;
  }
  const text = file.text.replace(/^\uFEFF/, '');
  if (!/^\s*</.test(text) || !text.includes('EntityDescriptor')) {
    report(['metadata'], `${path} is not a SAML metadata document`);
  } else if (/<!DOCTYPE/i.test(text)) {
    report(['metadata'], `${path} has a document type declaration, which is refused`);
  }
  return text;
}

/** The entity id of the IdP that an inlined metadata document describes; null where it does not show. */
export function idpEntityId(connection: SamlConnection): string | null {
  if (connection.metadata === null) return null;
  return (
    /<(?:[\w.-]+:)?EntityDescriptor\b[^>]*?\sentityID\s*=\s*(?:"([^"]*)"|'([^']*)')/
      .exec(connection.metadata)
      ?.slice(1)
      .find((id) => id !== undefined) ?? null
  );
}
