import { parseFetchedJson } from '../identity/strict-json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { accept, type Outcome, refuse } from '../outcome.ts';
import type { Fetcher } from '../ports/documents.ts';
import type { Clock } from '../ports/host.ts';
import type { EpochMilliseconds } from '../time.ts';
import type { ClientDocument, ClientDocuments } from './trust-client.ts';

interface ClientDocumentPorts {
  readonly fetcher: Fetcher;
  readonly clock: Clock;
  /** This broker is a local stack: then addresses of this machine are dialled too, and no others are left out. */
  readonly loopback: boolean;
}

interface Held {
  readonly document: ClientDocument;
  readonly fetchedAt: EpochMilliseconds;
}

const MAX_BYTES = 16 * 1024;
const TIMEOUT_MS = 2_000;
const FRESH_MS = 10 * 60_000;
/** Documents in memory; whoever asks for more chooses their addresses. */
const MOST_HELD = 200;
const MOST_REDIRECT_URIS = 50;
const JSON_TYPE = /^application\/(?:[a-z0-9.-]+\+)?json(?:;|$)/i;

/**
 * Client ID metadata documents (draft-ietf-oauth-client-id-metadata-document), kept in memory for ten minutes. No
 * redirect is followed, and no private address is dialled: who names the document is anybody. An answer that is none is
 * never kept, and what was kept does not outlive it.
 */
export function fetchedClientDocuments({ fetcher, clock, loopback }: ClientDocumentPorts): ClientDocuments {
  const held = new Map<string, Held>();
  return {
    async read(clientId, signal) {
      const before = held.get(clientId);
      const age = before === undefined ? FRESH_MS : clock.now() - before.fetchedAt;
      if (before !== undefined && age >= 0 && age < FRESH_MS) return accept(before.document);
      held.delete(clientId);
      const found = await fetchDocument(fetcher, clientId, loopback, signal);
      if (!found.ok) return found;
      held.set(clientId, { document: found.value, fetchedAt: clock.now() });
      const [oldest] = held.keys();
      if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
      return found;
    },
  };
}

async function fetchDocument(
  fetcher: Fetcher,
  clientId: string,
  loopback: boolean,
  signal: AbortSignal,
): Promise<Outcome<ClientDocument>> {
  const answer = await fetcher.fetch(
    {
      ...{ url: clientId, method: 'GET', headers: { accept: 'application/json' } },
      ...{ maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS, redirects: 'none', publicAddressOnly: !loopback },
    },
    signal,
  );
  if (!answer.ok) {
    if (answer.problem === 'too-large') return invalid(`it has more than ${MAX_BYTES} bytes: make it smaller`);
    if (answer.problem === 'redirect') return invalid('it redirects: serve it at the client_id itself');
    if (answer.problem === 'address') return invalid('its host leads to an address that is not public');
    return refuse('client_document_unavailable', { log: { found: answer.problem } });
  }
  const { status, headers, body } = answer;
  if (status >= 500) return refuse('client_document_unavailable', { log: { found: `status ${status}` } });
  if (status !== 200) return invalid(`its address answers ${status}: serve it with 200`);
  if (!JSON_TYPE.test(headers['content-type'] ?? '')) return invalid('serve it as application/json');
  const document = parseFetchedJson(body, { maxBytes: MAX_BYTES });
  return document === null ? invalid('it is no JSON object, or has a member twice') : readDocument(document, clientId);
}

/** Sections 4.1 and 4.2 of the draft: the document names itself, holds no secret, and says where codes may go. */
function readDocument(document: JsonObject, clientId: string): Outcome<ClientDocument> {
  const { client_id: named, redirect_uris: uris, token_endpoint_auth_method: method = 'none' } = document;
  if (named !== clientId) return invalid('its client_id is not the address that it is at, character by character');
  const secret = ['client_secret', 'client_secret_expires_at'].find((member) => Object.hasOwn(document, member));
  if (secret !== undefined) return invalid(`leave ${secret} out: a document that anybody reads holds no secret`);
  if (method !== 'none') return invalid('token_endpoint_auth_method must be none: such clients are public here');
  if (!Array.isArray(uris) || uris.length === 0 || uris.length > MOST_REDIRECT_URIS) {
    return invalid(`redirect_uris must be a list of 1 to ${MOST_REDIRECT_URIS}`);
  }
  const redirectUris = textsOf(uris);
  if (redirectUris === null) return invalid('redirect_uris must be a list of strings');
  const { grant_types: grants } = document;
  if (grants === undefined) return accept({ redirectUris, grantTypes: null });
  const grantTypes = textsOf(grants);
  return grantTypes === null
    ? invalid('grant_types must be a list of strings, or left out')
    : accept({ redirectUris, grantTypes });
}

function textsOf(value: JsonValue): readonly string[] | null {
  const all = Array.isArray(value) ? value : [null];
  const texts = all.filter((each) => typeof each === 'string');
  return texts.length === all.length ? texts : null;
}

const invalid = (what: string) =>
  refuse('client_document_invalid', { detail: `The document at client_id cannot be used: ${what}.` });
