import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Checkpoint, type NoteVerifier, openCheckpoint, parseVerifier } from '../../../lib/archive/note.ts';
import { type Verdict, verifyLog } from '../../../lib/archive/verify.ts';
import { type Arguments, type Command, type Terminal, UsageError } from '../../command.ts';
import { plainText } from '../issuances/text.ts';
import { withLog } from './source.ts';

export const command: Command = {
  arguments: '<log>',
  description: `Recomputes a log of records (C2SP tlog-tiles) and names the first record that was altered, dropped, added or reordered since it was signed. LOG is s3://BUCKET, a URL, or a folder with a copy of it.`,
  options: [
    {
      flags: '--key <file>',
      description: 'the verifier key of the log, as /v1/ledger/key serves it. Keep your own copy',
    },
    { flags: '--since <file>', description: 'a checkpoint that you kept: the log has to begin with all of it' },
    { flags: '--witness <file>', description: 'the verifier key of a witness that has to have cosigned' },
    { flags: '--json', description: 'print {"ok", "origin", "size", "root", "problem"}' },
  ],
  examples: [
    'token-broker ledger verify s3://token-broker-archive-111122223333-eu-central-1 --key broker.key',
    'token-broker ledger verify ./copy --key broker.key --since checkpoint-of-january',
  ],
  notes: 'Exit code 1 where it is not what was signed. How an auditor goes about it: docs/archive.md.',
  run: async (given, terminal) => {
    const [log = ''] = given.positionals;
    const key = verifierOf(given, 'key', 'log', terminal);
    if (key === null)
      throw new UsageError('--key is missing: the verifier key of the log, as /v1/ledger/key serves it');
    const witness = verifierOf(given, 'witness', 'witness', terminal);
    const since = sinceOf(given.value('since'), key, terminal);
    const progress = progressOn(terminal);
    const options = {
      ...{ key, progress: progress.at },
      ...(witness === null ? {} : { witness }),
      ...(since === null ? {} : { since }),
    };
    const signal = new AbortController().signal;
    const verdict = await withLog(log, terminal, (source) => verifyLog(source, options, signal));
    progress.end();
    terminal.out(given.has('json') ? verdictJson(verdict) : verdictText(verdict));
    return verdict.problem === null ? 0 : 1;
  },
};

function fileOf(path: string, terminal: Terminal): string {
  try {
    return readFileSync(resolve(terminal.cwd, path), 'utf8');
  } catch {
    throw new UsageError(`${path} cannot be read`);
  }
}

function verifierOf(
  given: Arguments,
  option: string,
  kind: NoteVerifier['kind'],
  terminal: Terminal,
): NoteVerifier | null {
  const path = given.value(option);
  if (path === undefined) return null;
  const verifier = parseVerifier(fileOf(path, terminal));
  if (verifier?.kind !== kind)
    throw new UsageError(`${path} is no verifier key of a ${kind} (name+id+key, C2SP signed-note)`);
  return verifier;
}

function sinceOf(path: string | undefined, key: NoteVerifier, terminal: Terminal): Checkpoint | null {
  if (path === undefined) return null;
  const since = openCheckpoint(fileOf(path, terminal), key);
  if (since === null) throw new UsageError(`${path} is no checkpoint of this log, signed by this key`);
  return since;
}

/** Records that take a second or so. */
const MANY = 20_000;

function progressOn({ err, isInteractive }: Terminal) {
  let isShown = false;
  return {
    at: (done: number, all: number): void => {
      if (isInteractive !== true || all < MANY || done % 8_192 !== 0) return;
      isShown = true;
      err(`\rverified ${done} of ${all} records\u001b[K`);
    },
    end: (): void => {
      if (isShown) err('\r\u001b[K');
    },
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function verdictJson({ checkpoint, problem }: Verdict): string {
  const { origin = null, size = null } = checkpoint ?? {};
  const root = checkpoint === null ? null : base64(checkpoint.root);
  return `${JSON.stringify({ ok: problem === null, origin, size, root, problem }, null, 2)}\n`;
}

function verdictText({ checkpoint, problem }: Verdict): string {
  const of =
    checkpoint === null ? '' : ` (${checkpoint.origin}, ${checkpoint.size} records, root ${base64(checkpoint.root)})`;
  if (problem === null) return plain(`Verified${of}: every record is as it was signed.`);
  const which = problem.id === null ? '' : ` Issuance: ${problem.id}.`;
  return plain(`NOT VERIFIED${of}: ${problem.says}${which}`);
}

const plain = (text: string): string => `${plainText(text)}\n`;
