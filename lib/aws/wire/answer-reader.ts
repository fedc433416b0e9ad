/** An answer as its octets came. */
export interface ReadAnswer {
  readonly status: number;
  /** By their names in lower case; several of one name are joined by a comma (RFC 9110 section 5.3). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The connection brings no further one. */
  readonly isLast: boolean;
}

/** What came is no HTTP/1.1 answer, or one that nobody can tell the end of. Its text goes to no log. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

/** BatchGetItem's 16 MB and what JSON makes of them: whoever sends more is not AWS. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Of status line and header fields: Node.js's own limit. */
const MOST_HEAD_BYTES = 16 * 1024;
/** Of the line that says a chunk's size, and of all fields behind the last chunk. */
const MOST_LINE_BYTES = 1024;

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** A carriage return or a line feed alone, and what no field holds. */
const STRAY = /\r(?!\n)|(?<!\r)\n|\0/;
const LENGTH = /^\d{1,15}$/;
const CHUNK_SIZE = /^([0-9A-Fa-f]{1,8})[ \t]*(?:;|$)/;

type Head = Pick<ReadAnswer, 'status' | 'headers' | 'isLast'>;

/**
 * What is read next: the head; so many octets of the body, or of a chunk; a chunk's size; the end of a chunk; fields
 * behind the last one; nothing.
 */
type Stage = 'head' | 'body' | 'chunk' | 'chunk-size' | 'chunk-end' | 'trailer' | 'done';

/**
 * Reads one answer to a POST from a connection's octets, however they are cut (RFC 9112). Stricter than it asks: what
 * two readers could take for different messages is none, nor is what only the end of its connection ends, because
 * nobody could say that it is whole. Throws `UnreadableAnswer`.
 */
export class AnswerReader {
  #stage: Stage = 'head';
  #head: Head | null = null;
  /** What is not read yet: part of a line at most. */
  #rest: Buffer = Buffer.alloc(0);
  readonly #parts: Buffer[] = [];
  #bytes = 0;
  /** Octets that are still to come, of the body or of the chunk. */
  #left = 0;

  /** True once the head is read, so that an answer has begun. */
  get hasBegun(): boolean {
    return this.#head !== null;
  }

  /** The whole answer, once it is there. */
  push(octets: Buffer): ReadAnswer | null {
    this.#rest = this.#rest.byteLength === 0 ? octets : Buffer.concat([this.#rest, octets]);
    while (this.#step()) {
      // Until more has to come.
    }
    return this.#stage === 'done' ? this.#answer() : null;
  }

  #answer(): ReadAnswer | null {
    if (this.#head === null) return null;
    const [first = this.#rest.subarray(0, 0)] = this.#parts;
    return {
      ...this.#head,
      // What nobody asked for has come behind it: whose answer the next one would be, nobody could say.
      isLast: this.#head.isLast || this.#rest.byteLength > 0,
      body: this.#parts.length <= 1 ? first : Buffer.concat(this.#parts),
    };
  }

  /** False: nothing can be read before more has come. */
  #step(): boolean {
    switch (this.#stage) {
      case 'head':
        return this.#readHead();
      case 'body':
        return this.#readOctets('done');
      case 'chunk':
        return this.#readOctets('chunk-end');
      case 'chunk-size':
        return this.#readChunkSize();
      case 'chunk-end':
        return this.#readLine((line) => {
          if (line !== '') throw new UnreadableAnswer('a chunk is longer than it says');
          this.#stage = 'chunk-size';
        });
      case 'trailer':
        return this.#readLine((line) => {
          if (line === '') this.#stage = 'done';
          else this.#count(line.length);
        });
      case 'done':
        return false;
    }
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end > MOST_HEAD_BYTES || (end < 0 && this.#rest.byteLength > MOST_HEAD_BYTES)) {
      throw new UnreadableAnswer('its head is too large');
    }
    if (end < 0) return false;
    const head = readHead(this.#rest.toString('latin1', 0, end));
    this.#rest = this.#rest.subarray(end + 4);
    if (head.status === 101) throw new UnreadableAnswer('it is of another protocol');
    if (head.status >= 200) this.#begin(head);
    // An interim answer (RFC 9110 section 15.2): the real one follows.
    else this.#count(MOST_LINE_BYTES);
    return true;
  }

  /** RFC 9112 section 6.3. */
  #begin(head: Head): void {
    this.#head = head;
    const coding = head.headers['transfer-encoding']?.toLowerCase();
    const length = head.headers['content-length'];
    if (coding === 'chunked' && length === undefined) this.#stage = 'chunk-size';
    else if (coding !== undefined) throw new UnreadableAnswer('its end is not certain');
    else if (head.status === 204 || head.status === 304) this.#stage = 'done';
    else if (length === undefined || !LENGTH.test(length)) throw new UnreadableAnswer('its length is not known');
    else this.#expect(Number(length), 'body');
  }

  #expect(octets: number, stage: 'body' | 'chunk'): void {
    if (this.#bytes + octets > MOST_BYTES) throw new UnreadableAnswer('it is too large');
    this.#left = octets;
    this.#stage = octets === 0 && stage === 'body' ? 'done' : stage;
  }

  #readOctets(next: Stage): boolean {
    const part = this.#rest.subarray(0, this.#left);
    if (part.byteLength === 0) return false;
    this.#parts.push(part);
    this.#count(part.byteLength);
    this.#rest = this.#rest.subarray(part.byteLength);
    this.#left -= part.byteLength;
    if (this.#left > 0) return false;
    this.#stage = next;
    return true;
  }

  #readChunkSize(): boolean {
    return this.#readLine((line) => {
      const [, size] = CHUNK_SIZE.exec(line) ?? [];
      if (size === undefined) throw new UnreadableAnswer('a chunk has no size');
      const octets = Number.parseInt(size, 16);
      if (octets === 0) this.#stage = 'trailer';
      else this.#expect(octets, 'chunk');
    });
  }

  #readLine(take: (line: string) => void): boolean {
    const end = this.#rest.indexOf('\r\n');
    if (end > MOST_LINE_BYTES || (end < 0 && this.#rest.byteLength > MOST_LINE_BYTES)) {
      throw new UnreadableAnswer('a line of it is too long');
    }
    if (end < 0) return false;
    const line = this.#rest.toString('latin1', 0, end);
    this.#rest = this.#rest.subarray(end + 2);
    take(line);
    return true;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MOST_BYTES) throw new UnreadableAnswer('it is too large');
  }
}

function readHead(text: string): Head {
  const [statusLine = '', ...fields] = text.split('\r\n');
  const [, minor, status] = STATUS_LINE.exec(statusLine) ?? [];
  if (status === undefined || STRAY.test(text)) throw new UnreadableAnswer('it does not begin as HTTP/1.1');
  const headers: Record<string, string> = Object.create(null);
  for (const field of fields) {
    const colon = field.indexOf(':');
    const name = field.slice(0, colon);
    // A space before the colon, or at the start of a folded line, is none (RFC 9112 section 5).
    if (colon < 1 || !FIELD_NAME.test(name)) throw new UnreadableAnswer('a header field has no name');
    const key = name.toLowerCase();
    const value = field.slice(colon + 1).trim();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
  }
  const connection = headers['connection']?.toLowerCase() ?? '';
  const isLast = minor === '1' ? /\bclose\b/.test(connection) : !/\bkeep-alive\b/.test(connection);
  return { status: Number(status), headers, isLast };
}
