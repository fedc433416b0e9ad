/** CloudTrail's files, as `aws s3 sync` brings them. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
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

/** Files that are named, and the `.json` and `.json.gz` files below folders, by name. Throws for what is not there. */
export function trailFiles(paths: readonly string[], cwd: string): TrailFiles {
  const files = paths.flatMap((path) => {
    const place = resolve(cwd, path);
    if (!statSync(place).isDirectory()) return [path];
    const names = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) => IS_TRAIL_FILE.test(name));
    return names.sort().map((name) => join(path, name));
  });
  return { files: [...new Set(files)], events: (file) => eventsOf(resolve(cwd, file)) };
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
