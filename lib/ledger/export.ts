/** Records as lines of a file: JSON Lines (exact) and CSV (RFC 4180, for spreadsheets). One record, one line. */
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { idMovedTo, parseIssuanceId } from './id.ts';
import { parseRfc3339 } from './instant.ts';
import { toJson } from './json.ts';
import type { IssuanceRecord } from './record.ts';

export interface ExportFormat {
  /** The first line of a file, with its end; empty: it has none. */
  readonly head: string;
  /** A record's line, with its end. */
  line(record: IssuanceRecord): string;
  /** The place (see `id.ts`) of the record of a whole line, without its end; null: it is none of ours. */
  placeOf(line: string): string | null;
}

/** Members in the order of their columns, by their path; `claims` and the like as JSON. */
const COLUMNS = [
  ...['id', 'time', 'outcome', 'reason', 'attempts', 'scope', 'grant', 'principal', 'connection', 'client', 'subject'],
  ...['actor.connection', 'actor.client', 'actor.subject', 'actor.principal', 'actor.proof', 'actor.claims'],
  ...['intent', 'asked.policy', 'asked.policyArns', 'asked.parameters'],
  ...['approval.id', 'approval.state', 'approval.approver', 'approval.reason', 'approval.decided'],
  ...['approval.requester'],
  ...['proof.kind', 'proof.issuer', 'proof.tokenId', 'proof.sha256', 'proof.expires', 'claims'],
  ...['decision.configVersion', 'decision.rule', 'decision.source.file', 'decision.source.line'],
  ...['decision.source.appliedBy', 'decision.source.appliedAt', 'decision.source.reason', 'decision.source.commit'],
  ...['decision.duration', 'decision.wouldDeny', 'decision.wouldAllow', 'decision.checks'],
  ...['credential.roleArn', 'credential.accessKeyId', 'credential.sourceIdentity', 'credential.expires'],
  ...['credential.policy', 'credential.packedPolicySize', 'credential.tokenSha256', 'credential.audience'],
  ...['request.id', 'request.sourceIp', 'request.userAgent', 'request.roleSessionName'],
  ...['revoked', 'overflow', 'truncated'],
];
/** Whatever a record has beside these, as one JSON object. */
const REST = 'other';
const LINE_END = '\r\n';

/**
 * What a spreadsheet runs as a formula: it begins with one of its signs, also in full width, or after blanks or quotes.
 */
const FORMULA = /^[\s"']*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const codePoint = (character: string): string => `\\u{${character.codePointAt(0)?.toString(16)}}`;

/**
 * A cell (RFC 4180 section 2). A text that a spreadsheet would run gets an apostrophe in front. Control and format
 * characters, ends of lines among them, are shown as code points, `\u{a}`.
 */
function cell(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') return quoted(asJson(value));
  const shown = value.replace(CONTROL, codePoint);
  return quoted(FORMULA.test(value) ? `'${shown}` : shown);
}

const quoted = (text: string): string => (/[",;']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** JSON whose control and format characters are all escaped: the same value, and nothing that a terminal obeys. */
const asJson = (value: JsonValue): string =>
  JSON.stringify(value).replace(CONTROL, (character) =>
    [...Array(character.length).keys()]
      .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );

/** The member at a path, and what is left of the object without it. */
function taken(json: JsonObject, [name = '', ...deeper]: readonly string[]): [JsonValue | undefined, JsonObject] {
  const { [name]: member, ...others } = json;
  if (deeper.length === 0 || member === undefined) return [member, others];
  if (!isJsonObject(member)) return [undefined, others];
  const [value, left] = taken(member, deeper);
  return [value, Object.keys(left).length === 0 ? others : { ...others, [name]: left }];
}

function csvLine(record: IssuanceRecord): string {
  let rest = toJson(record);
  const cells = COLUMNS.map((path) => {
    const [value, left] = taken(rest, path.split('.'));
    rest = left;
    return cell(value);
  });
  const last = Object.keys(rest).length === 0 ? '' : cell(rest);
  return `${[...cells, last].join(',')}${LINE_END}`;
}

/** Of a denial its first attempt's, which its time is; of any other its id's. */
function placeAt(id: JsonValue | undefined, time: JsonValue | undefined): string | null {
  if (typeof id !== 'string' || typeof time !== 'string' || parseIssuanceId(id) === null) return null;
  const instant = parseRfc3339(time);
  return instant === null ? null : idMovedTo(id, instant);
}

function jsonPlace(line: string): string | null {
  try {
    const json: unknown = JSON.parse(line);
    return isJsonObject(json) ? placeAt(json['id'], json['time']) : null;
  } catch {
    return null;
  }
}

export const EXPORT_FORMATS: Readonly<Record<'jsonl' | 'csv', ExportFormat>> = {
  jsonl: { head: '', line: (record) => `${asJson(toJson(record))}\n`, placeOf: jsonPlace },
  csv: {
    head: `${[...COLUMNS, REST].join(',')}${LINE_END}`,
    line: csvLine,
    placeOf: (line) => {
      const [id, time] = line.split(',');
      return placeAt(id, time);
    },
  },
};
