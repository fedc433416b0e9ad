import { AnswerReader, type ReadAnswer, UnreadableAnswer } from '../../../lib/aws/wire/answer-reader.ts';
import { Finding, type FuzzTarget } from '../target.ts';

/** A head is looked through anew with each piece of it: that is bounded by its size, and not this target's matter. */
const MOST_PIECES = 1_000;

/** What is read in pieces of so many octets: an answer, null where it is not whole, or that nobody can read it. */
function read(octets: Buffer, size: number): ReadAnswer | 'unreadable' | null {
  const reader = new AnswerReader();
  try {
    for (let at = 0; at < octets.byteLength; at += size) {
      const answer = reader.push(octets.subarray(at, at + size));
      if (answer !== null) return answer;
    }
    return null;
  } catch (error) {
    if (error instanceof UnreadableAnswer) return 'unreadable';
    throw error;
  }
}

/** But for what has come behind it, which only who gets it in one piece with it can see. */
const shown = (answer: ReturnType<typeof read>): string =>
  answer === null || answer === 'unreadable'
    ? String(answer)
    : JSON.stringify([answer.status, Object.entries(answer.headers), answer.body.toString('latin1')]);

/** Each character of an input is an octet. */
export const target: FuzzTarget = {
  name: 'http-answer',
  seeds: async () => [
    'HTTP/1.1 200 OK\r\nServer: Server\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\nx-amz-crc32: 2745614147\r\n\r\n{}',
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\ncontent-length: 15\r\n\r\n{"__type":"a#b"}',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\n<xml>\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nX-A: b\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 204 No Content\r\nX-A:\r\nx-a: 2\r\n\r\n',
  ],
  check: async (input) => {
    const octets = Buffer.from(input, 'latin1');
    const whole = read(octets, octets.byteLength);
    for (const size of [1, 2, 3, 7, 64].filter((each) => octets.byteLength / each <= MOST_PIECES)) {
      if (shown(read(octets, size)) !== shown(whole)) throw new Finding(`reads another answer in pieces of ${size}`);
    }
    if (whole === null || whole === 'unreadable') return 'refused';
    const { status, headers, body } = whole;
    if (status < 200 || status > 999) throw new Finding('takes an interim answer for the answer');
    const length = headers['content-length'];
    if (length !== undefined && headers['transfer-encoding'] !== undefined) throw new Finding('takes two lengths');
    if (length !== undefined && status !== 204 && status !== 304 && Number(length) !== body.byteLength) {
      throw new Finding('takes a body of another length');
    }
    for (const [name, value] of Object.entries(headers)) {
      if (/[\r\n\0]/.test(name + value)) throw new Finding('takes a field over more than one line');
    }
    return 'taken';
  },
};
