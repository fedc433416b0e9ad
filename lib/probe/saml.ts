import type { SamlConnection } from '../configuration/documents/connections.ts';
import { MAX_METADATA_BYTES, type MetadataReading, readMetadata } from '../identity/saml/metadata.ts';
import { metadataFindings } from '../identity/saml/metadata-findings.ts';
import { epochSeconds } from '../time.ts';
import { type Asker, clockFinding, failureOf } from './ask.ts';
import { type Finding, type Found, findingsOf, statusAt } from './finding.ts';

/** The metadata of a SAML connection, inlined or where it is published, read as the runtime reads it. */
export async function checkSaml(connection: SamlConnection, asker: Asker, now: number): Promise<readonly Finding[]> {
  const found = findingsOf(connection.connection);
  const { metadata, metadataUrl, clockTolerance } = connection;
  if (metadata !== null) return documentFindings(readMetadata(metadata), found, now);
  if (metadataUrl === null) return [];
  const answer = await asker.ask(metadataUrl, MAX_METADATA_BYTES);
  const failure = failureOf(answer);
  if (failure !== null) return [found('metadata', 'broken', `${metadataUrl} ${failure}`)];
  const text = answer.result.ok ? new TextDecoder().decode(answer.result.body) : '';
  return [
    ...documentFindings(readMetadata(text), found, now),
    ...clockFinding(found, answer, clockTolerance),
    ...(await asker.certificate(found, metadataUrl, now)),
  ];
}

/** Every end of the document and of its certificates, and what keeps a sign-in from succeeding. */
function documentFindings(reading: MetadataReading, found: Found, now: number): readonly Finding[] {
  const problems = metadataFindings(reading, epochSeconds(Math.floor(now / 1000)));
  const broken = problems.some(({ severity }) => severity === 'error');
  const said = problems.map(({ severity, message }) =>
    found('metadata', severity === 'error' ? 'broken' : 'soon', message),
  );
  if (!reading.ok) return said;
  const { entityId, keys } = reading.value;
  const is = `of ${entityId}, with ${keys.length} certificates for signing`;
  return [
    ...(broken ? [] : [found('metadata', 'ok', is)]),
    ...said,
    ...reading.ends
      .filter(({ at }) => statusAt(at * 1000, now) === 'ok')
      .map(({ part, at }) =>
        found(part === 'document' ? 'metadata' : 'certificate', 'ok', `its ${part} holds`, at * 1000),
      ),
  ];
}
