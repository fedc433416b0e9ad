/** The operators' page. Types only. */

/** One file of the operators' page, as it was built. */
export interface PageFile {
  /** Media type, with its charset. */
  readonly type: string;
  readonly plain: Uint8Array;
  /** The same, compressed (RFC 1952). */
  readonly gzip: Uint8Array;
}

/** The operators' page, which lies beside the bundle of its function. */
export interface PageFiles {
  /** The document that every view begins with. */
  document(): PageFile;
  /** A script, style or icon, whose name has the hash of its content; null: this build has no such file. */
  asset(name: string): PageFile | null;
}
