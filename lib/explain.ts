import { admitBearer, type BearerPorts, type PresentedBearer } from './admit-bearer.ts';
import { parseStrictJson } from './identity/strict-json.ts';
import { isScopeName } from './issuance/decide-scopes.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { parseIssuanceId } from './ledger/id.ts';
import { accept, type Outcome, refuse } from './outcome.ts';
import type { Configurations } from './ports/configuration.ts';
import type { LedgerQueries } from './ports/ledger.ts';
import { explainRequest, toJson } from './rehearsal/explain.ts';
import type { RehearsalContext, RehearsedProof } from './rehearsal/proof.ts';
import { recordedActor, recordedClient } from './rehearsal/recorded.ts';
import { toEpochSeconds } from './time.ts';

/** The built-in scope whose tokens ask why (contract section 9). */
export const EXPLAIN_SCOPE = 'broker:explain';

/** Longest question: a token has up to 20,000 characters. */
export const MAX_QUESTION_BYTES = 65_536;

/** What an explanation asks of the world: it can neither mint nor write, and knows no key but the broker's own. */
export interface ExplainPorts extends BearerPorts {
  readonly configurations: Configurations;
  readonly queries: Pick<LedgerQueries, 'get'>;
}

/** Admits the bearer of a broker token for this broker itself with the scope `broker:explain`. */
export const admitExplainer = (
  ports: BearerPorts,
  token: PresentedBearer,
  signal: AbortSignal,
): Promise<Outcome<unknown>> => admitBearer(ports, token, EXPLAIN_SCOPE, signal);

/**
 * Answers `{"scope", "token" | "claims" with "connection" | "issuance", "client"}` (`client`: the name of one that
 * would authenticate beside the proof; of an issuance it is recorded): why somebody gets that scope or not, as the
 * configuration in force decides, rule by rule. The signature of a token is not checked, and nothing is handed out. A
 * token is explained as of when it was issued, a record as of its time. Refuses with `malformed_request`,
 * `parameter_invalid` and `issuance_unknown`; whoever is refused the scope gets that as the answer.
 */
export async function explain(
  ports: ExplainPorts,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<Outcome<JsonObject>> {
  const question = parseStrictJson(body, { maxBytes: MAX_QUESTION_BYTES });
  if (question === null) return refuse('malformed_request');
  const scope = readScope(question);
  if (!scope.ok) return scope;
  const proof = await readProof(question, ports, signal);
  if (!proof.ok) return proof;
  const { client = null } = question;
  if (client !== null && (!isText(client) || proof.value.kind === 'record')) {
    return invalid('client must be the name of a client, beside token or claims.');
  }
  const context: RehearsalContext = {
    configuration: await ports.configurations.current(signal),
    issuer: ports.issuer,
    now: toEpochSeconds(ports.clock.now()),
    signal,
  };
  const record = proof.value.kind === 'record' ? proof.value.record : null;
  const request = {
    ...{ subject: proof.value, scope: scope.value, time: null, sourceIp: null, duration: null, narrowing: null },
    actor: recordedActor(record),
    client: client ?? recordedClient(record),
    intent: record?.intent ?? INTENT,
  };
  return accept(toJson(await explainRequest(request, context)));
}

/** A rehearsal is not about whether its author would give a reason. */
const INTENT = 'explain';

const MEMBERS: ReadonlySet<string> = new Set(['scope', 'token', 'claims', 'connection', 'issuance', 'client']);

function readScope(question: JsonObject): Outcome<string> {
  const unknown = Object.keys(question).filter((name) => !MEMBERS.has(name));
  if (unknown.length > 0)
    return invalid('A member is not known here. Known: scope, token, claims, connection, issuance, client.');
  const { scope } = question;
  return typeof scope === 'string' && isScopeName(scope)
    ? accept(scope)
    : invalid('scope must be the name of a scope.');
}

async function readProof(
  { token, claims, connection, issuance }: JsonObject,
  { queries }: ExplainPorts,
  signal: AbortSignal,
): Promise<Outcome<RehearsedProof>> {
  const given = [token, claims, issuance].filter((one) => one !== undefined);
  if (given.length !== 1 || (claims === undefined) !== (connection === undefined)) {
    return invalid('One of token, claims (with connection) and issuance is required.');
  }
  if (claims !== undefined) {
    if (!isJsonObject(claims) || !isText(connection)) return invalid('claims must be an object, connection a name.');
    return accept({ kind: 'claims', connection, claims });
  }
  if (token !== undefined) return isText(token) ? accept({ kind: 'token', token }) : invalid('token must be a JWT.');
  if (!isText(issuance) || parseIssuanceId(issuance) === null)
    return invalid('issuance must be the id of an issuance.');
  const record = await queries.get(issuance, signal);
  return record === null ? refuse('issuance_unknown') : accept({ kind: 'record', record });
}

const isText = (value: JsonValue | undefined): value is string => typeof value === 'string' && value !== '';

const invalid = (detail: string) => refuse('parameter_invalid', { detail });
