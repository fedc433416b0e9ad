/**
 * Entries whose personal members are sealed: each person's under a key of their own (`subject-keys.ts`), so that
 * destroying it makes them unreadable in every tile, day file and receipt at once, while every hash holds. An entry
 * with `format` 2 is one of these; one without is a record as it is.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { isJsonObject, type JsonObject } from '../json.ts';
import { toJson } from '../ledger/json.ts';
import {
  PERSON_ROLES,
  type PersonRole,
  personsOf,
  type Theirs,
  withErased,
  withoutPerson,
  withPerson,
} from '../ledger/persons.ts';
import type { IssuanceRecord } from '../ledger/record.ts';
import { Fault } from '../outcome.ts';
import type { SealingKey, SealRequest, SubjectKeyReader, SubjectKeys } from './subject-keys.ts';

const FORMAT = 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** No record is larger (`bounds.ts`). */
const MOST_BYTES = 64 * 1_024;

/** What such members have alike. Part of every sealed entry: another one needs another format. */
const DICTIONARY = Buffer.from(
  '"revoked.by":"revoked.reason":"approval.requester.principal":"approval.requester.subject":"' +
    '"approval.approver.principal":"approval.approver.subject":"approval.reason":null' +
    '"actor.principal":"actor.subject":"actor.claims":{"actor.proof.tokenId":"actor.proof.sha256":"' +
    '"request.roleSessionName":"asked":{"parameters":{"groups":["email":"@"environment":"production"' +
    '{"principal":"@refs/heads/main","subject":"repo:ref:refs/heads/main","intent":null,"claims":{"job_workflow_ref":"' +
    '/.github/workflows/deploy.yml@refs/heads/main","repository_owner_id":"","repository_id":"","repository":"",' +
    '"ref":"refs/heads/main","sha":"","run_id":"1"},"proof.tokenId":"","proof.sha256":"",' +
    '"credential.sourceIdentity":"github-","request.sourceIp":"198.51.100.","request.userAgent":"aws-cli/2."}',
);

/** The entries of these records, in their order, sealed. Throws `Fault('archive')`: then none is to be written. */
export async function sealedJson(
  keys: SubjectKeys,
  records: readonly IssuanceRecord[],
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const all = records.map((record) => ({ json: toJson(record), time: record.time }));
  const requests = all.flatMap(({ json, time }): readonly SealRequest[] =>
    personsOf(json).map(({ identity }) => ({ identity, time })),
  );
  const found = [...(await keys.forSealing(requests, signal))];
  if (found.length !== requests.length) throw new Fault('bug', 'a person has no key');
  return all.map(({ json }) => sealed(json, found.splice(0, personsOf(json).length)));
}

function sealed(record: JsonObject, keys: readonly SealingKey[]): JsonObject {
  let json = record;
  const boxes = personsOf(record).flatMap(({ role }, at): readonly JsonObject[] => {
    const { id, key } = keys[at] ?? { id: '', key: null };
    const without = withoutPerson(json, role, id);
    json = without.record;
    const place = placeOf(record, role);
    return [{ as: role, key: id, ...(key === null ? {} : { data: encrypted(key, place, without.theirs) }) }];
  });
  return { ...json, format: FORMAT, sealed: boxes };
}

/** What a box is bound to: it opens in no other entry, and as nobody else. */
const placeOf = ({ id }: JsonObject, role: PersonRole): Buffer => Buffer.from(`${String(id)}\n${role}`);

const derived = (key: Uint8Array, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, new Uint8Array(), `token-broker entry ${use}`, 32));

/**
 * Nonce, ciphertext and tag (AES-256-GCM), base64. The nonce is made of what is sealed: the same record makes the same
 * entry, however often it comes, and no nonce stands for two texts.
 */
function encrypted(key: Uint8Array, place: Buffer, theirs: Theirs): string {
  const text = deflateRawSync(JSON.stringify(theirs), { dictionary: DICTIONARY, level: 9 });
  const nonce = createHmac('sha256', derived(key, 'nonce')).update(place).update('\0').update(text).digest();
  const iv = nonce.subarray(0, NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', derived(key, 'seal'), iv).setAAD(place);
  return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function decrypted(key: Uint8Array, place: Buffer, data: string): Theirs {
  const bytes = Buffer.from(data, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', derived(key, 'seal'), bytes.subarray(0, NONCE_BYTES));
    decipher.setAAD(place).setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    return JSON.parse(inflateRawSync(text, { dictionary: DICTIONARY, maxOutputLength: MOST_BYTES }).toString('utf8'));
  } catch (cause) {
    throw new Fault('archive', 'what an entry has sealed does not open', { cause });
  }
}

interface Box {
  readonly as: PersonRole;
  readonly key: string;
  readonly data: string | null;
}

const isSealed = (entry: JsonObject): boolean => entry['format'] !== undefined;

function boxesOf(entry: JsonObject): readonly Box[] {
  if (!isSealed(entry)) return [];
  if (entry['format'] !== FORMAT) throw new Fault('archive', 'an entry of the log is of a later release');
  const boxes = Array.isArray(entry['sealed']) ? entry['sealed'] : [];
  return boxes.filter(isJsonObject).map(({ as, key, data = null }) => ({
    as: PERSON_ROLES.find((role) => role === as) ?? 'subject',
    key: String(key),
    data: data === null ? null : String(data),
  }));
}

/** The pseudonyms that entries have people under. */
export const pseudonymsIn = (entries: readonly JsonObject[]): readonly string[] => [
  ...new Set(entries.flatMap((entry) => boxesOf(entry).map(({ key }) => key))),
];

/**
 * The records that entries are of, opened as far as there are keys: of a destroyed one, `erased` says whose members are
 * gone; of one that is not known here, the pseudonyms stay. Throws `Fault('archive')` for what was sealed otherwise.
 */
export async function openedEntries(
  keys: SubjectKeyReader,
  entries: readonly JsonObject[],
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const ids = pseudonymsIn(entries);
  const found = ids.length === 0 ? new Map<string, Uint8Array | 'erased'>() : await keys.forOpening(ids, signal);
  return entries.map((entry) => (isSealed(entry) ? opened(entry, found) : entry));
}

function opened(entry: JsonObject, keys: ReadonlyMap<string, Uint8Array | 'erased'>): JsonObject {
  const { format: _, sealed: __, ...bare } = entry;
  const gone: { readonly role: PersonRole; readonly pseudonym: string }[] = [];
  let record: JsonObject = bare;
  for (const { as, key: id, data } of boxesOf(entry)) {
    const key = data === null ? 'erased' : keys.get(id);
    if (key === 'erased') gone.push({ role: as, pseudonym: id });
    else if (key !== undefined && data !== null) record = withPerson(record, decrypted(key, placeOf(entry, as), data));
  }
  return withErased(record, gone);
}
