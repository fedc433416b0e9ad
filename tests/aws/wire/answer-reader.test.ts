import { describe, expect, it } from '@jest/globals';
import { AnswerReader, UnreadableAnswer } from '../../../lib/aws/wire/answer-reader.ts';

const OK = 'HTTP/1.1 200 OK\r\n';
/** A valid answer: the deviations below are of this one. */
const PLAIN = `${OK}Content-Length: 2\r\n\r\n{}`;
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

/** What is read of it, in pieces of so many octets; null: it is not whole. */
function read(text: string, octets = text.length + 1) {
  const reader = new AnswerReader();
  const all = Buffer.from(text, 'latin1');
  for (let at = 0; at < all.byteLength; at += octets) {
    const answer = reader.push(all.subarray(at, at + octets));
    if (answer !== null) return { ...answer, headers: { ...answer.headers }, body: answer.body.toString('latin1') };
  }
  return null;
}

const whole: readonly (readonly [string, string, object])[] = [
  ['a length', PLAIN, { status: 200, headers: { 'content-length': '2' }, body: '{}', isLast: false }],
  ['no body', `${OK}Content-Length: 0\r\n\r\n`, { body: '', isLast: false }],
  ['a status that has no body', 'HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n', { status: 204, body: '', isLast: false }],
  ['no phrase', 'HTTP/1.1 400 \r\nContent-Length: 1\r\n\r\nx', { status: 400, body: 'x' }],
  ['a phrase left out with its space', 'HTTP/1.1 503\r\nContent-Length: 1\r\n\r\nx', { status: 503, body: 'x' }],
  ['chunks', `${CHUNKED}5\r\nhello\r\n6;q="1"\r\n world\r\n0\r\n\r\n`, { body: 'hello world', isLast: false }],
  ['chunks and fields behind them', `${CHUNKED}1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n`, { body: 'x', isLast: false }],
  ['chunks of hexadecimal sizes', `${CHUNKED}A\r\n0123456789\r\n00\r\n\r\n`, { body: '0123456789', isLast: false }],
  ['a last answer', `${OK}Connection: Close\r\nContent-Length: 1\r\n\r\nx`, { body: 'x', isLast: true }],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx', { body: 'x', isLast: true }],
  [
    'HTTP/1.0 that is kept',
    'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx',
    { body: 'x', isLast: false },
  ],
  ['an interim answer before it', `HTTP/1.1 100 Continue\r\n\r\n${PLAIN}`, { status: 200, body: '{}' }],
  [
    'a field twice, and space around its values',
    `${OK}Content-Length: 1\r\nX-A:  1 \r\nx-a:\t2\r\nX-B:\r\n\r\nx`,
    { headers: { 'content-length': '1', 'x-a': '1, 2', 'x-b': '' } },
  ],
  [
    'a field named like a method of objects',
    `${OK}Content-Length: 1\r\n__proto__: a\r\nconstructor: b\r\n\r\nx`,
    { headers: { 'content-length': '1', ['__proto__']: 'a', constructor: 'b' } },
  ],
];

describe('an answer is read, however it is cut', () => {
  it.each(whole)('%s', (_, text, expected) => {
    for (let octets = 1; octets <= text.length + 1; octets += 1) expect(read(text, octets)).toMatchObject(expected);
  });

  it('and what has come behind it makes it the last one', () => {
    expect(read(`${PLAIN}HTTP/1.1 200 OK\r\n`)).toMatchObject({ body: '{}', isLast: true });
  });
});

describe('an answer is none', () => {
  it.each([
    ['that is of no HTTP', `SSH-2.0-x\r\n\r\n`],
    ['of HTTP/2', PLAIN.replace('1.1', '2.0')],
    ['without a status', PLAIN.replace('200', 'OK')],
    ['with a status of four digits', PLAIN.replace('200', '2000')],
    ['that changes the protocol', PLAIN.replace('200', '101')],
    ['whose lines end in a line feed alone', PLAIN.replace('OK\r\n', 'OK\n')],
    ['with a carriage return inside of a field', PLAIN.replace('Length: 2', 'Length: 2\rX: 1')],
    ['with a NUL in a field', PLAIN.replace('Length: 2', 'Length: 2\r\nX: \0')],
    ['with a folded field', PLAIN.replace('Length: 2', 'Length: 2\r\nX-A: 1\r\n 2')],
    ['with a space before the colon', PLAIN.replace('Length:', 'Length :')],
    ['with a field without a colon', PLAIN.replace('Length: 2', 'Length: 2\r\nX-A')],
    ['with a field without a name', PLAIN.replace('Length: 2', 'Length: 2\r\n: 1')],
    ['without a length', PLAIN.replace('Content-Length: 2', 'X-A: 2')],
    ['with two lengths', PLAIN.replace('Length: 2', 'Length: 2\r\nContent-Length: 2')],
    ['with a length that is no number', PLAIN.replace('Length: 2', 'Length: +2')],
    ['with a length below zero', PLAIN.replace('Length: 2', 'Length: -2')],
    ['with a length and chunks', PLAIN.replace('Length: 2', 'Length: 2\r\nTransfer-Encoding: chunked')],
    ['in a coding that is not known', CHUNKED.replace('chunked', 'gzip, chunked')],
    ['larger than any of AWS', PLAIN.replace('Length: 2', `Length: ${32 * 1024 * 1024 + 1}`)],
    ['with a chunk larger than that', `${CHUNKED}2000001\r\n`],
    ['with a chunk of no size', `${CHUNKED}\r\nx\r\n0\r\n\r\n`],
    ['with a chunk of a size that is no number', `${CHUNKED}0x1\r\nx\r\n0\r\n\r\n`],
    ['with a chunk that is longer than it says', `${CHUNKED}1\r\nxy\r\n0\r\n\r\n`],
    ['with a size that does not end', `${CHUNKED}1;${'x'.repeat(1_100)}`],
    ['with a head that does not end', `${OK}X-A: ${'x'.repeat(17_000)}`],
    ['with a head that is too large', `${OK}X-A: ${'x'.repeat(17_000)}\r\n\r\n`],
  ])('%s', (_, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ name: 'UnreadableAnswer' }));
  });

  it('with endless interim answers, or endless fields behind it', () => {
    const interim = new AnswerReader();
    const lots = (text: string, reader: AnswerReader) => () => {
      for (let times = 0; times < 40_000; times += 1) reader.push(Buffer.from(text));
    };
    expect(lots('HTTP/1.1 102 Processing\r\n\r\n', interim)).toThrow('too large');
    const trailers = new AnswerReader();
    trailers.push(Buffer.from(`${CHUNKED}0\r\n`));
    expect(lots(`X-A: ${'x'.repeat(1_000)}\r\n`, trailers)).toThrow('too large');
  });

  it.each(whole)('where the connection ends in its middle: %s', (_, text) => {
    for (let end = 0; end < text.length; end += 1) expect(read(text.slice(0, end))).toBeNull();
  });
});

describe('an answer of at most 32 MB', () => {
  const MOST = 32 * 1024 * 1024;
  const piece = Buffer.alloc(1024 * 1024, 'x');

  it.each([0, 1])('is read, and one of %i octets more is none', (more) => {
    const readAll = () => {
      const reader = new AnswerReader();
      reader.push(Buffer.from(`${OK}Content-Length: ${MOST + more}\r\n\r\n`));
      for (let at = piece.byteLength; at < MOST; at += piece.byteLength) reader.push(piece);
      return reader.push(piece)?.body.byteLength;
    };
    if (more === 0) expect(readAll()).toBe(MOST);
    else expect(readAll).toThrow(UnreadableAnswer);
  });

  it.each([0, 1])('counts chunks together, and is none with %i octets more', (more) => {
    const readAll = () => {
      const reader = new AnswerReader();
      const size = piece.byteLength.toString(16);
      reader.push(Buffer.from(CHUNKED));
      for (let at = 0; at < MOST; at += piece.byteLength) {
        reader.push(Buffer.concat([Buffer.from(`${size}\r\n`), piece, Buffer.from('\r\n')]));
      }
      if (more === 1) reader.push(Buffer.from('1\r\nx\r\n'));
      return reader.push(Buffer.from('0\r\n\r\n'))?.body.byteLength;
    };
    if (more === 0) expect(readAll()).toBe(MOST);
    else expect(readAll).toThrow(UnreadableAnswer);
  });
});
