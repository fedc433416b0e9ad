import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { REVOCABLE } from '../../lib/revocation/revocation.ts';
import { askOwnApi, operatorOptions } from '../caller/own-api.ts';
import { type Arguments, type Command, UsageError } from '../command.ts';
import { plainText, textTable } from './issuances/text.ts';

const SCOPE = 'broker:revocations';
const PATH = '/v1/revocations';

export const command: Command = {
  description: `Takes back what was issued, and has nothing more issued to, by, through or under a name. Broker tokens end within 10 seconds, with what came of
them; live AWS sessions are denied where the target role carries the revocation policy (docs/revocation.md).`,
  options: [
    { flags: '--issuance <id>', description: 'one issuance, and what came of it' },
    {
      flags: '--principal <identity>',
      description: 'whoever this is, as subject or actor: <connection>:<subject> or client:<name>',
    },
    { flags: '--actor <identity>', description: 'whatever it does for others' },
    {
      flags: '--client <name>',
      description: 'a client, as itself and for others; also a public one, by name or by the address of its document',
    },
    { flags: '--scope <name>', description: 'a scope' },
    { flags: '--connection <name>', description: 'everybody who comes by a connection' },
    { flags: '--reason <text>', description: 'why: it is recorded' },
    { flags: '--undo', description: 'lift it; a token that has ended stays ended' },
    { flags: '--list', description: 'show what is revoked' },
    { flags: '--json', description: 'print what the broker answers' },
    ...operatorOptions,
  ],
  examples: [
    "token-broker revoke --principal 'okta-saml:alice@example.com' --reason 'laptop stolen, INC-4711'",
    "token-broker revoke --issuance iss_01… --reason 'key was pasted into a chat'",
    "token-broker revoke --scope deploy-web --undo --reason 'INC-4711 is over'",
  ],
  notes:
    'Exit code: 0 done, 1 refused or failed, or live sessions that the broker could not deny; 2 wrong usage. It needs a token of the scope broker:revocations.',
  run: async (given, terminal) => {
    if (given.has('list')) {
      const answer = await askOwnApi(given, terminal, { scope: SCOPE, path: PATH });
      terminal.out(given.has('json') ? `${JSON.stringify(answer, null, 2)}\n` : listText(answer));
      return 0;
    }
    const answer = await askOwnApi(given, terminal, { scope: SCOPE, path: PATH, body: bodyOf(given) });
    const findings = findingsOf(answer);
    terminal.out(
      given.has('json') ? `${JSON.stringify(answer, null, 2)}\n` : `${[headline(answer), ...findings].join('\n')}\n`,
    );
    return findings.some((line) => line.startsWith('NOT DENIED')) ? 1 : 0;
  },
};

function bodyOf(given: Arguments): JsonObject {
  const named = REVOCABLE.filter((kind) => given.value(kind) !== undefined);
  const [kind, ...others] = named;
  if (kind === undefined || others.length > 0) {
    throw new UsageError(`exactly one of ${REVOCABLE.map((each) => `--${each}`).join(', ')} is required`);
  }
  const reason = given.value('reason');
  if (reason === undefined) throw new UsageError('--reason is required: why, for the records');
  return { [kind]: given.value(kind) ?? '', reason, ...(given.has('undo') ? { undo: true } : {}) };
}

const kindOf = (revocation: JsonObject) => REVOCABLE.find((kind) => revocation[kind] !== undefined) ?? 'issuance';

function headline(answer: JsonObject): string {
  const kind = kindOf(answer);
  const what = `${kind} ${plainText(String(answer[kind]))}`;
  if (isJsonObject(answer['lifted'])) return `lifted: ${what} (${String(answer['id'])})`;
  return `revoked: ${what} (${String(answer['id'])}). Nothing more is issued within 10 seconds.`;
}

const objectsIn = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

/** What became of live sessions, one line each. */
function findingsOf(answer: JsonObject): readonly string[] {
  const lines: string[] = [];
  if (answer['accounts'] === undefined) {
    lines.push(
      'NOT DENIED yet: live AWS sessions could not be looked for in time; the broker goes on every minute (--list shows it).',
    );
  }
  for (const { account, policy, widened, roles } of objectsIn(answer['accounts'])) {
    const where = `account ${String(account)}`;
    if (policy === 'absent') {
      lines.push(
        `NOT DENIED in ${where}: it has no revocation policy that this broker may write (examples/target-role.yaml); sessions end by themselves.`,
      );
      continue;
    }
    for (const { role, carries } of objectsIn(roles)) {
      lines.push(
        carries === true
          ? `denied: sessions of ${String(role)}`
          : `NOT DENIED: ${String(role)} does not carry the revocation policy: attach it.`,
      );
    }
    if (Array.isArray(widened) && widened.length > 0) {
      lines.push(
        `more is denied than was revoked in ${where}: all earlier sessions of ${widened.join(', ')}, because a policy has room for about 290 issuances.`,
      );
    }
  }
  if (answer['found'] === 0 && !isJsonObject(answer['lifted']))
    lines.push(
      'nothing that was issued under this name and is alive was found: if there should be some, see how records write it (issuances list).',
    );
  for (const { issuance, grant, expires } of objectsIn(answer['notReached'])) {
    lines.push(`not reached: ${String(issuance)} (${String(grant)}) ends by itself at ${String(expires)}`);
  }
  const { lookedBack } = answer;
  if (isJsonObject(lookedBack) && lookedBack['complete'] !== true) {
    lines.push(
      `not all was looked at that may live longer than an hour: tokens of other servers and sessions of aws-federated grants issued since ${String(lookedBack['from'])} or before (issuances list --from finds them).`,
    );
  }
  return lines;
}

function listText(answer: JsonObject): string {
  const all = objectsIn(answer['revocations']);
  if (all.length === 0) return 'Nothing is revoked.\n';
  const rows = all.map((each) => {
    const kind = kindOf(each);
    const lifted = isJsonObject(each['lifted']) ? `lifted ${String(each['lifted']['time'])}` : 'in force';
    const sessions = each['sessions'] === 'pending' ? ', sessions pending' : '';
    return [
      String(each['time']),
      kind,
      String(each[kind]),
      `${lifted}${sessions}`,
      String(each['by']),
      String(each['reason']),
    ];
  });
  return textTable([['TIME', 'OF', 'NAME', 'STATE', 'BY', 'REASON'], ...rows]);
}
