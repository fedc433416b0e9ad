import { expect, it } from '@jest/globals';
import { readJsonBody } from '../../lib/http/api/json-body.ts';
import { aFormPost } from '../fakes/http.ts';

const read = (headers: Readonly<Record<string, string>>) => {
  const body = readJsonBody(aFormPost('{}', { headers }), { maxBytes: 10 });
  return body.ok ? 'read' : body.refusal.reason;
};
const JSON_TYPE = { 'content-type': 'application/json' };

it.each([
  ['its bare type', JSON_TYPE, 'read'],
  ['a charset as forms have it', { 'content-type': 'application/json; charset=utf8' }, 'read'],
  ['the encoding that is none (RFC 9110 section 8.4.1)', { ...JSON_TYPE, 'content-encoding': 'identity' }, 'read'],
  ['an encoding', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'unsupported_content_type'],
  ['two encodings', { ...JSON_TYPE, 'content-encoding': 'identity, gzip' }, 'unsupported_content_type'],
  ['another charset', { 'content-type': 'application/json; charset=utf-16' }, 'unsupported_content_type'],
  ['another type', { 'content-type': 'application/x-www-form-urlencoded' }, 'unsupported_content_type'],
])('a JSON body with %s', (_, headers, outcome) => {
  expect(read(headers)).toBe(outcome);
});
