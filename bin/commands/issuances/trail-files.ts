/** CloudTrail's files in a folder, as `aws s3 sync` brings them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readTrailEvent, type TrailEvent } from '../../../lib/cloudtrail/event.ts';
import { isJsonObject, type JsonValue } from '../../../lib/json.ts';

/** CloudTrail ends a file at some 50 MB; what unpacks to more is none of its. */
const MOST_BYTES = 512 * 1_048_576;
const IS_TRAIL_FILE = /\.json(?:\.gz)?$/;

export interface TrailFiles {
  readonly files: readonly string[];
  /** The events of one file; null: it cannot be read, or is cut off. A file of another kind (digests) has none. */
  events(file: string): readonly TrailEvent[] | null;
}

/** The `.json` and `.json.gz` files below the folder, by name. Throws where it is no folder that can be read. */
export function trailFiles(folder: string): TrailFiles {
  if (!statSync(folder).isDirectory()) throw new Error(`${folder} is no folder`);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => IS_TRAIL_FILE.test(name));
  return { files: files.sort(), events: (file) => eventsOf(join(folder, file)) };
}

function eventsOf(path: string): readonly TrailEvent[] | null {
  let json: JsonValue;
  try {
    const bytes = readFileSync(path);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    json = JSON.parse((isPacked ? gunzipSync(bytes, { maxOutputLength: MOST_BYTES }) : bytes).toString('utf8'));
  } catch {
    return null;
  }
  const records = isJsonObject(json) ? json['Records'] : json;
  return Array.isArray(records) ? records.flatMap((record) => readTrailEvent(record) ?? []) : [];
}
