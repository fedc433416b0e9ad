import { isLoopback } from '../../loopback.ts';
import { type EpochSeconds, toRfc3339 } from '../../time.ts';
import type { IdpMetadata, MetadataEnd, MetadataProblem, MetadataReading } from './metadata.ts';
import { HTTP_REDIRECT } from './names.ts';

/** `error`: no sign-in with this document would succeed at that time. `warning`: it will be so, or is in part. */
interface MetadataFinding extends MetadataProblem {
  readonly severity: 'error' | 'warning';
}

/** Somebody has to roll a certificate at the IdP and apply its metadata meanwhile. */
const SOON_SECONDS = 30 * 86_400;

/**
 * What an operator has to know of a document at `now`: everything for which a sign-in would be refused is an error;
 * what ends within 30 days, certificates that count for nothing, and a document from which nobody can begin are
 * warnings.
 */
export function metadataFindings(reading: MetadataReading, now: EpochSeconds): readonly MetadataFinding[] {
  if (!reading.ok) return reading.problems.map((problem) => ({ ...problem, severity: 'error' }));
  const { value, ends, leftOut } = reading;
  const certificates = ends.filter(({ part }) => part === 'certificate');
  return [
    ...ends.filter(({ part }) => part === 'document').flatMap((end) => documentEnd(end, now)),
    ...certificateEnds(value, certificates, now),
    ...leftOut.map(({ line, message }) => warning(line, `no signature of it is taken: ${message}`)),
    ...beginning(value),
  ];
}

const warning = (line: number, message: string): MetadataFinding => ({ severity: 'warning', line, message });

function documentEnd({ at, line }: MetadataEnd, now: EpochSeconds): MetadataFinding[] {
  const message = `validUntil is ${toRfc3339(at)}: take the current metadata of the identity provider`;
  if (now >= at) return [{ severity: 'error', line, message }];
  return now >= at - SOON_SECONDS ? [warning(line, message)] : [];
}

function certificateEnds(
  { keys }: IdpMetadata,
  certificates: readonly MetadataEnd[],
  now: EpochSeconds,
): MetadataFinding[] {
  const isUsable = keys.some(({ notBefore, notAfter }) => now >= notBefore && now <= notAfter);
  const findings = certificates.flatMap(({ at, line }) => {
    if (now > at) return [warning(line, `this certificate ended at ${toRfc3339(at)}: no signature of it is taken`)];
    return now >= at - SOON_SECONDS ? [warning(line, `this certificate ends at ${toRfc3339(at)}`)] : [];
  });
  if (isUsable) return findings;
  const message = 'no certificate for signing is in its time: take the current metadata of the identity provider';
  return [{ severity: 'error', line: certificates[0]?.line ?? 1, message }];
}

function beginning({ singleSignOn }: IdpMetadata): MetadataFinding[] {
  const places = singleSignOn.filter(({ binding }) => binding === HTTP_REDIRECT);
  if (places.some(({ location }) => isWebAddress(location))) return [];
  const found =
    places.length === 0 ? 'has no SingleSignOnService for HTTP-Redirect' : 'sends browsers to no https address';
  return [warning(1, `${found}: a sign-in cannot begin at this broker`)];
}

/** As a sign-in wants it; plain http to this machine is for the local stack. */
function isWebAddress(location: string): boolean {
  const url = URL.canParse(location) ? new URL(location) : null;
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
}
