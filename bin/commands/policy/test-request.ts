import { parse as parseYaml } from 'yaml';
import { readBeside } from '../../../lib/configuration/folder.ts';
import { isJsonObject, type JsonObject } from '../../../lib/json.ts';
import { fromJson } from '../../../lib/ledger/json.ts';
import type { RehearsedProof } from '../../../lib/rehearsal/proof.ts';
import { recordedActor, recordedClient } from '../../../lib/rehearsal/recorded.ts';
import type { RehearsedRequest } from '../../../lib/rehearsal/rehearse.ts';
import { epochSeconds, parseDuration, type Seconds, seconds } from '../../../lib/time.ts';
import type { TestCase, WrittenProof, WrittenTest } from './test-case.ts';

/** Something that a test names and that cannot be had; its message is for the test's author. */
export class UnusableTest extends Error {}

/** The request of a test. Throws `UnusableTest` for a file that is not there or is not what it should be. */
export function requestOf(directory: string, { file, written }: TestCase): RehearsedRequest {
  const read = (name: string) => readText(directory, file, name);
  const shown = shownProof(written);
  const actor = written.actor === undefined ? null : presentedBy(written.actor, read);
  const subject = shown === null ? null : presentedBy(shown, read);
  const record = typeof subject === 'object' && subject?.kind === 'record' ? subject.record : null;
  const policy = written.policy === undefined ? null : documentOf(written.policy, read);
  return {
    subject: typeof subject === 'object' ? subject : null,
    actor: typeof actor === 'object' ? actor : recordedActor(record),
    client: written.client ?? nameOf(subject) ?? nameOf(actor) ?? recordedClient(record),
    scope: written.scope,
    time: written.time === undefined ? null : epochSeconds(Math.floor(Date.parse(written.time) / 1000)),
    sourceIp: written.sourceIp ?? null,
    intent: written.intent ?? record?.intent ?? null,
    duration: durationOf(written.duration),
    narrowing: { policy, policyArns: [], parameters: written.parameters ?? {} },
  };
}

/** Role policies of a test, where it has some. */
export function rolePolicies(directory: string, { file, written }: TestCase): readonly JsonObject[] | null {
  if (written.rolePolicy === undefined) return null;
  return [written.rolePolicy].flat().map((each) => documentOf(each, (name) => readText(directory, file, name)));
}

/** null: the client comes as itself. */
function shownProof({ proof, token, issuance }: WrittenTest): WrittenProof | null {
  if (token !== undefined) return { token };
  if (issuance !== undefined) return { issuance };
  return proof ?? null;
}

const nameOf = (given: RehearsedProof | string | null): string | null => (typeof given === 'string' ? given : null);

/** A proof, or the name of a client that authenticates. */
function presentedBy(written: WrittenProof, read: (name: string) => string): RehearsedProof | string {
  if (written.client !== undefined) return written.client;
  if (written.token !== undefined) return { kind: 'token', token: read(written.token).trim() };
  if (written.issuance !== undefined) return recordIn(read(written.issuance), written.issuance);
  return { kind: 'claims', connection: written.connection ?? '', claims: written.claims ?? {} };
}

/** A record as `issuances show --json` prints it. */
export function recordIn(text: string, name: string): RehearsedProof {
  try {
    return { kind: 'record', record: fromJson(JSON.parse(text)) };
  } catch {
    throw new UnusableTest(`${name} is no record of an issuance, as \`issuances show --json\` prints it`);
  }
}

function durationOf(written: WrittenTest['duration']): Seconds | null {
  if (written === undefined) return null;
  return typeof written === 'number' ? seconds(written) : parseDuration(written);
}

function documentOf(written: JsonObject | string, read: (name: string) => string): JsonObject {
  if (typeof written !== 'string') return written;
  const value: unknown = parseYaml(read(written));
  if (isJsonObject(value)) return value;
  throw new UnusableTest(`${written} is no document: a map of fields is expected`);
}

function readText(directory: string, file: string, name: string): string {
  const read = readBeside(directory, file, name);
  if (read.ok) return read.text;
  throw new UnusableTest(read.problem);
}
