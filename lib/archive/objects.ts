/** What the archive asks of the object store: types only. `lib/aws/s3/` answers with Amazon S3. */

/** On what condition an object is written: none is there, that very one is, or whatever is there. */
export type WriteCondition = 'absent' | 'any' | { readonly etag: string };

export interface StoredObject {
  readonly body: Uint8Array;
  readonly etag: string;
  /** Of an object that grows: the size of the log that it was written for; null: it is none. */
  readonly logSize: number | null;
}

export interface NewObject {
  readonly body: Uint8Array;
  readonly type: 'application/octet-stream' | 'text/plain; charset=utf-8' | 'application/json' | 'application/gzip';
  readonly condition: WriteCondition;
  /** `locked`: what is never written again, kept from deletion for as long as the deployment says (Object Lock). */
  readonly keep: 'locked' | 'replaceable';
  readonly logSize?: number;
}

/** Every call throws `Fault('archive')` where the store fails or cannot be reached. */
export interface Objects {
  /** null: there is no such object. */
  get(key: string, signal: AbortSignal): Promise<StoredObject | null>;
  /** `conflict`: the condition did not hold. A request may arrive twice, so that it may be its own that is there. */
  put(key: string, object: NewObject, signal: AbortSignal): Promise<'written' | 'conflict'>;
  /** Keys that begin so, in order of their bytes, all of them. */
  list(prefix: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Of what is not locked; nothing happens where there is none. */
  remove(key: string, signal: AbortSignal): Promise<void>;
}
