/** Whom an ID-JAG was made for (draft-ietf-oauth-identity-assertion-authz-grant section 3). */
import { expect, it } from '@jest/globals';
import { readIdJag } from '../../../lib/identity/oidc/id-jag.ts';
import type { JsonObject } from '../../../lib/json.ts';

const CLAIMS = { client_id: 'agent', jti: 'one', iat: 1, aud: 'https://broker.example' };
const read = (more: JsonObject, typ: string | undefined = 'oauth-id-jag+jwt') => {
  const unverified = Object.fromEntries(Object.entries({ ...CLAIMS, ...more }).filter(([, value]) => value !== null));
  return readIdJag({ compact: '', header: { alg: 'RS256', kid: undefined, typ }, unverified });
};
const forAgent = { client: 'agent', scopes: null, resources: null };

it.each(['jwt', 'at+jwt', undefined])('a token of the type %s is none, whatever it says', (typ) => {
  const header = { alg: 'RS256', kid: undefined, typ };
  expect(readIdJag({ compact: '', header, unverified: { client_id: 7 } })).toStrictEqual({ ok: true, value: null });
});

it.each<[string, JsonObject, object]>([
  ['of neither, where it says neither', {}, { scopes: null, resources: null }],
  ['of its scopes', { scope: 'a b' }, { scopes: ['a', 'b'], resources: null }],
  ['of no scope, where it names none', { scope: '' }, { scopes: [], resources: null }],
  ['of one scope, whatever is around it', { scope: ' a  ' }, { scopes: ['a'], resources: null }],
  ['of its resource', { resource: 'https://a' }, { scopes: null, resources: ['https://a'] }],
  ['of its resources', { resource: ['https://a', 'https://b'] }, { resources: ['https://a', 'https://b'] }],
  ['of those resources that are texts', { resource: ['https://a', 7] }, { resources: ['https://a'] }],
  ['of both', { scope: 'a', resource: 'https://a' }, { scopes: ['a'], resources: ['https://a'] }],
])('is for its client, with a ceiling %s', (_, more, ceiling) => {
  expect(read(more)).toStrictEqual({ ok: true, value: { ...forAgent, ...ceiling } });
});

it.each(['oauth-id-jag+jwt', 'application/oauth-id-jag+jwt', 'OAuth-ID-JAG+jwt'])('has the type %s', (typ) => {
  expect(read({}, typ)).toStrictEqual({ ok: true, value: forAgent });
});

it('may name its one audience in a list', () => {
  expect(read({ aud: ['https://broker.example'] })).toStrictEqual({ ok: true, value: forAgent });
});

it.each<[string, JsonObject, string]>([
  ['no client_id', { client_id: null }, 'client_id'],
  ['an empty client_id', { client_id: '' }, 'client_id'],
  ['a client_id that is no text', { client_id: 7 }, 'client_id'],
  ['no jti', { jti: null }, 'jti'],
  ['an empty jti', { jti: '' }, 'jti'],
  ['a jti that is no text', { jti: 7 }, 'jti'],
  ['no iat', { iat: null }, 'iat'],
  ['an iat that is no number', { iat: '1' }, 'iat'],
  ['an empty list of audiences', { aud: [] }, 'one audience'],
  ['two audiences', { aud: ['https://broker.example', 'https://other.example'] }, 'one audience'],
  ['a scope that is no text', { scope: ['a'] }, 'scope as a string, or none'],
  ['no resource that is a text', { resource: 7 }, 'resource as a string or a list of them, or none'],
  ['an empty list of resources', { resource: [] }, 'resource as a string or a list of them, or none'],
])('with %s is refused, and told what it must have', (_, more, claim) => {
  const refusal = { reason: 'claims_invalid', detail: `An ID-JAG must have ${claim}.` };
  expect(read(more)).toStrictEqual({ ok: false, refusal });
});
