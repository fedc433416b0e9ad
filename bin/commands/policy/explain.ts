import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { isJsonObject, type JsonObject } from '../../../lib/json.ts';
import { parseIssuanceId } from '../../../lib/ledger/id.ts';
import type { IssuanceRecord } from '../../../lib/ledger/record.ts';
import { type ExplainedRequest, explainRequest, toJson } from '../../../lib/rehearsal/explain.ts';
import type { RehearsalContext, RehearsedProof } from '../../../lib/rehearsal/proof.ts';
import { recordedActor, recordedClient } from '../../../lib/rehearsal/recorded.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../../command.ts';
import { withLedger } from '../issuances/ledger.ts';
import { explanationText, scopesText } from './explain-text.ts';
import { consideredConfiguration } from './explained-configuration.ts';
import { recordIn } from './test-request.ts';

const TIMEOUT_MS = 30_000;

export const command: Command = {
  arguments: '[dir]',
  description: `Says why somebody gets a scope or not: rule by rule, check by check, what was expected and what came, the nearest miss and what would have to differ.
By a configuration folder where one is named, or the working folder is one; else by the configuration in force, which is read with your own AWS credentials.
The signature of a token is not checked, and nothing is handed out or recorded.`,
  options: [
    { flags: '--token <file>', description: 'a JWT; explained as of when it was issued' },
    { flags: '--claims <file>', description: "claims of a proof, as JSON or YAML: the token's own members" },
    { flags: '--connection <name>', description: 'whose claims they are (with --claims); default: the only one' },
    {
      flags: '--issuance <id>',
      description: 'who is on record; or a file with the record, of `issuances show --json`',
    },
    { flags: '--scope <scope>', description: 'the scope; without it, every scope of the folder in a line each' },
    { flags: '--client <name>', description: 'a client that authenticates beside the proof' },
    { flags: '--issuer <url>', description: 'the issuer of the deployment (default: TOKEN_BROKER_ISSUER)' },
    {
      flags: '--tables <prefix>',
      description: "of the deployment's tables (default: TOKEN_BROKER_TABLES, else token-broker)",
    },
    { flags: '--json', description: 'print what POST /v1/explain answers; without --scope {"scopes": [...]}' },
  ],
  notes: 'Exit code: 0 it would be allowed (without --scope: at least one), 1 it would be refused, 2 wrong usage.',
  examples: [
    'token-broker policy explain config/ --token job.jwt --scope deploy-web',
    'token-broker policy explain --issuance iss_01JD… --scope deploy-web',
  ],
  run: async (given, terminal) => {
    const considered = await consideredConfiguration(given, terminal, AbortSignal.timeout(TIMEOUT_MS));
    if (considered === null) return 1;
    const { context, scopes } = considered;
    const proof = await proofOf(given, terminal, considered.connections);
    const scope = given.value('scope') ?? (proof.kind === 'record' ? recordedScope(proof.record.scope) : undefined);
    if (scope === undefined && scopes === null)
      throw new UsageError('--scope is required for a configuration in force');
    const names = scope === undefined ? (scopes ?? []) : [scope];
    const explained: ExplainedRequest[] = [];
    for (const name of names) explained.push(await explainOne(proof, name, given, context));
    terminal.out(given.has('json') ? jsonOf(scope, explained) : `${recordedText(proof)}${textOf(scope, explained)}`);
    return explained.some(({ rehearsal }) => rehearsal.outcome.ok) ? 0 : 1;
  },
};

const recordedScope = (scope: string): string | undefined => (scope.includes(' ') ? undefined : scope);

function explainOne(proof: RehearsedProof, scope: string, given: Arguments, context: RehearsalContext) {
  const record = proof.kind === 'record' ? proof.record : null;
  const request = {
    ...{ subject: proof, scope, time: null, sourceIp: null, duration: null, narrowing: null },
    actor: recordedActor(record),
    client: given.value('client') ?? recordedClient(record),
    intent: record?.intent ?? 'explain',
  };
  return explainRequest(request, context);
}

const jsonOf = (scope: string | undefined, explained: readonly ExplainedRequest[]): string => {
  const all = explained.map(toJson);
  return `${JSON.stringify(scope === undefined ? { scopes: all } : all[0], null, 2)}\n`;
};

/**
 * What came of it when it was asked, which the rules need not be the reason of: limits, what had to come before,
 * approvals and proofs that were used are not asked again.
 */
const recordedText = (proof: RehearsedProof): string =>
  proof.kind === 'record' ? `on record: ${whatCameOf(proof.record)}\n` : '';

const whatCameOf = ({ outcome, reason, decision }: IssuanceRecord): string =>
  [outcome, reason, decision.limit].filter((each) => each !== null && each !== undefined).join(', ');

const textOf = (scope: string | undefined, explained: readonly ExplainedRequest[]): string =>
  scope === undefined ? scopesText(explained) : explained.map(explanationText).join('');

async function proofOf(given: Arguments, terminal: Terminal, connections: readonly string[]): Promise<RehearsedProof> {
  const [token, claims, issuance] = [given.value('token'), given.value('claims'), given.value('issuance')];
  if ([token, claims, issuance].filter((one) => one !== undefined).length !== 1) {
    throw new UsageError('one of --token, --claims and --issuance is required');
  }
  if (token !== undefined) return { kind: 'token', token: read(token, terminal).trim() };
  if (claims !== undefined) return claimsOf(read(claims, terminal), given.value('connection'), connections);
  return recordOf(issuance ?? '', given, terminal);
}

function claimsOf(text: string, named: string | undefined, connections: readonly string[]): RehearsedProof {
  const value: unknown = parseYaml(text);
  if (!isJsonObject(value)) throw new UsageError('--claims takes a file with an object: the claims of a token');
  const [only, ...others] = connections;
  // A file may say both, as a test's `proof` does.
  const inside = isJsonObject(value['claims']) && typeof value['connection'] === 'string' ? value : null;
  const connection = named ?? (inside === null ? undefined : String(inside['connection'])) ?? only;
  if (connection === undefined || (named === undefined && inside === null && others.length > 0)) {
    throw new UsageError('--connection says whose claims these are');
  }
  const claims: JsonObject = inside !== null && isJsonObject(inside['claims']) ? inside['claims'] : value;
  return { kind: 'claims', connection, claims };
}

async function recordOf(issuance: string, given: Arguments, terminal: Terminal): Promise<RehearsedProof> {
  if (parseIssuanceId(issuance) === null) return recordIn(read(issuance, terminal), issuance);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const record = await withLedger(given.value('tables'), terminal, (ledger) => ledger.get(issuance, signal));
  if (record === null) throw new Error(`there is no issuance ${issuance}, or its retention is over`);
  return { kind: 'record', record };
}

function read(file: string, { cwd }: Terminal): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch {
    throw new UsageError(`${file} cannot be read`);
  }
}
