import type { SamlConnection } from '../../configuration/documents/connections.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../outcome.ts';
import type { CompiledConnection } from '../../policy/connection.ts';
import { publicList, publicText } from '../oidc/public-text.ts';
import type { SamlBinding } from '../principal.ts';
import { readClaimedIssuerAndAudiences } from './assertion.ts';
import type { SamlContext } from './context.ts';
import { isEncrypted, type Message } from './read-message.ts';
import { outcomeOf } from './refused.ts';
import type { Trust } from './signature.ts';

const MAX_AUDIENCES = 10;

/**
 * The connection that a document is for, and its IdP: at the ACS the one of the path, elsewhere the one whose entityId
 * is an audience and whose IdP is the issuer. What the document says so far is believed by nobody: it only selects
 * whose keys decide. Refuses with audience_mismatch, issuer_unknown, saml_issuer_mismatch and the reasons of the
 * metadata source.
 */
export async function chooseConnection(
  message: Message,
  at: SamlBinding,
  context: SamlContext,
): Promise<Outcome<Trust>> {
  if (at.kind === 'acs') return byName(message, at.connection, context);
  const claimed = outcomeOf(() => readClaimedIssuerAndAudiences(message.assertion));
  if (!claimed.ok) return claimed;
  const { issuer, audiences } = claimed.value;
  const candidates = await byAudience([...new Set(audiences)], context);
  if (!candidates.ok) return candidates;
  return byIssuer(issuer, candidates.value, context);
}

async function byName(message: Message, name: string, context: SamlContext): Promise<Outcome<Trust>> {
  const connection = await context.configuration.connection(name, context.signal);
  if (connection?.type !== 'saml')
    return refuse('issuer_unknown', { log: { found: 'no SAML connection of this name' } });
  const idp = await context.metadata.find(connection, context.signal);
  if (!idp.ok) return idp;
  const issuer = outcomeOf(() => claimedIssuer(message));
  if (!issuer.ok) return issuer;
  if (issuer.value !== null && issuer.value !== idp.value.entityId) {
    return refuse('saml_issuer_mismatch', { log: { found: `the issuer is ${publicText(issuer.value)}` } });
  }
  return accept({ connection, idp: idp.value, now: context.now });
}

const claimedIssuer = (message: Message): string | null =>
  isEncrypted(message) ? (message.response?.issuer ?? null) : readClaimedIssuerAndAudiences(message.assertion).issuer;

async function byAudience(
  audiences: readonly string[],
  { configuration, signal }: SamlContext,
): Promise<Outcome<readonly CompiledConnection<SamlConnection>[]>> {
  if (audiences.length > MAX_AUDIENCES) return refuse('saml_schema', { log: { audiences: audiences.length } });
  const found = await Promise.all(audiences.map((audience) => configuration.samlAudience(audience, signal)));
  const connections = new Map(found.flat().map((connection) => [connection.connection, connection]));
  if (connections.size > 0) return accept([...connections.values()]);
  const came = audiences.length === 0 ? 'no audience' : `the audience is ${publicList(audiences)}`;
  return refuse('audience_mismatch', { log: { found: came } });
}

/** One metadata document that can't be had does not stand in the way of another connection's. */
async function byIssuer(
  issuer: string,
  candidates: readonly CompiledConnection<SamlConnection>[],
  { metadata, signal, now }: SamlContext,
): Promise<Outcome<Trust>> {
  let failure: Refusal | null = null;
  const matching: Trust[] = [];
  for (const connection of candidates) {
    const idp = await metadata.find(connection, signal);
    if (!idp.ok) failure ??= idp.refusal;
    else if (idp.value.entityId === issuer) matching.push({ connection, idp: idp.value, now });
  }
  const [chosen] = matching;
  // Two that match would let the laxer one decide.
  if (chosen !== undefined && matching.length === 1) return accept(chosen);
  const log = { found: `the issuer is ${publicText(issuer)}`, matching: matching.length };
  return { ok: false, refusal: failure ?? refuse('issuer_unknown', { log }).refusal };
}
