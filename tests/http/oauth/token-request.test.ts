import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../../lib/configuration/documents/scopes.ts';
import { readTokenRequest } from '../../../lib/http/oauth/token-request.ts';
import type { RefusalRenderer } from '../../../lib/http/route.ts';
import { checkTarget } from '../../../lib/issuance/asked-target.ts';
import type { CompiledGrant } from '../../../lib/policy/grants/compiled-grant.ts';
import { loadScope } from '../../../lib/policy/scope.ts';
import { seconds } from '../../../lib/time.ts';
import { aFormPost, type EventParts, FORM } from '../../fakes/http.ts';
import { aScope, aSessionGrant } from '../../fakes/world.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const TYPE = 'urn:ietf:params:oauth:token-type:';
const read = (form: Readonly<Record<string, string>> | string, parts: EventParts = {}) =>
  readTokenRequest(aFormPost(form, parts), () => undefined);
const bot = { client_id: 'bot', client_secret: 's' };
const credentials = { ...bot, grant_type: 'client_credentials', scope: 'a' };
const exchange = { grant_type: EXCHANGE, scope: 'a', subject_token: 'x', subject_token_type: `${TYPE}jwt` };

describe('a request of the token endpoint', () => {
  it('by client credentials has the client as its subject, and no AWS session', () => {
    expect(read(credentials)).toMatchObject({
      ok: true,
      value: {
        requestedTokenType: null,
        presented: {
          kind: 'proofs',
          proofs: { subject: 'client', actor: null, client: { client: 'bot' }, publicClients: 'refuse' },
          scopes: ['a'],
        },
        asked: {
          requestedDuration: null,
          intent: null,
          route: 'token',
          caller: { id: 'req-1', sourceIp: '203.0.113.9' },
        },
      },
    });
  });

  it.each([
    ['jwt', `${TYPE}jwt`, { kind: 'jwt', token: 'x', declared: 'jwt' }],
    ['id_token', `${TYPE}id_token`, { kind: 'jwt', token: 'x', declared: 'id_token' }],
    ['access_token', `${TYPE}access_token`, { kind: 'jwt', token: 'x', declared: 'access_token' }],
    ['saml2', `${TYPE}saml2`, { kind: 'saml', document: 'x', at: { kind: 'endpoint' } }],
    ['aws-iam', 'urn:token-broker:token-type:aws-iam', { kind: 'aws-iam', envelope: 'x' }],
  ])(
    'exchanges a subject_token of the type %s, with an actor and by a client (RFC 8693 section 2.1)',
    (_, type, proof) => {
      const tokens = { subject_token_type: type, actor_token: 'x', actor_token_type: type };
      expect(read({ ...exchange, ...tokens, ...bot })).toMatchObject({
        ok: true,
        value: {
          presented: { proofs: { subject: proof, actor: proof, client: { client: 'bot' } } },
          asked: { route: 'token-exchange' },
        },
      });
    },
  );

  it.each([
    ['jwt-bearer', { kind: 'jwt', token: 'x', declared: 'jwt' }],
    ['saml2-bearer', { kind: 'saml', document: 'x', at: { kind: 'endpoint' } }],
  ])('redeems an assertion by %s, without an AWS session', (name, subject) => {
    const form = { grant_type: `urn:ietf:params:oauth:grant-type:${name}`, scope: 'a', assertion: 'x' };
    expect(read(form)).toMatchObject({
      ok: true,
      value: {
        presented: { proofs: { subject, client: null } },
        asked: { route: 'token' },
      },
    });
  });

  it('counts a scope that is given twice once (RFC 6749 section 3.3)', () => {
    expect(read({ ...credentials, scope: 'b a b' })).toMatchObject({ value: { presented: { scopes: ['b', 'a'] } } });
  });

  it('takes an intent, a duration and the type to answer in', () => {
    const more = { intent: 'nightly run', duration: '60', requested_token_type: `${TYPE}jwt` };
    expect(read({ ...exchange, ...more })).toMatchObject({
      value: { requestedTokenType: `${TYPE}jwt`, asked: { intent: 'nightly run', requestedDuration: 60 } },
    });
  });

  it.each([
    [
      'grant_type',
      { grant_type: 'CLIENT_CREDENTIALS', scope: 'a' },
      /^grant_type must be one of: client_credentials, /,
    ],
    [
      'subject_token_type',
      { ...exchange, subject_token_type: 'jwt' },
      /^subject_token_type must be one of: urn:ietf:.* urn:token-broker:token-type:device-code\.$/,
    ],
    [
      'actor_token_type',
      { ...exchange, actor_token: 'x', actor_token_type: `${TYPE}saml1` },
      /^actor_token_type must be one of: urn:ietf:/,
    ],
  ])('says which there are where %s is none of them', (_, form, detail) => {
    expect(read(form)).toMatchObject({ refusal: { detail: expect.stringMatching(detail) } });
  });

  it.each([
    ['no grant_type', { scope: 'a' }, 'parameter_missing'],
    ['an unknown grant_type', { grant_type: 'password', scope: 'a' }, 'grant_type_unsupported'],
    [
      'an implicit type of another case',
      { ...credentials, grant_type: 'Client_Credentials' },
      'grant_type_unsupported',
    ],
    ['client credentials of nobody', { grant_type: 'client_credentials', scope: 'a' }, 'client_authentication_missing'],
    ['no scope', { ...credentials, scope: '' }, 'scope_missing'],
    ['a scope with a final blank', { ...credentials, scope: 'a ' }, 'scope_malformed'],
    ['two blanks between scopes', { ...credentials, scope: 'a  b' }, 'scope_malformed'],
    ['a scope with a quote', { ...credentials, scope: 'a"' }, 'scope_malformed'],
    ['a scope beyond ASCII', { ...credentials, scope: 'ä' }, 'scope_malformed'],
    [
      'twenty-one scopes',
      { ...credentials, scope: Array.from({ length: 21 }, (_, at) => `s${at}`).join(' ') },
      'scopes_incompatible',
    ],
    ['a relative resource', { ...credentials, resource: 'api' }, 'target_mismatch'],
    ['an audience that turns what stands beside it', { ...credentials, audience: 'api\u202e' }, 'target_mismatch'],
    ['an audience of two lines', { ...credentials, audience: 'api\nsays the broker' }, 'target_mismatch'],
    ['an audience of a thousand and one', { ...credentials, audience: 'a'.repeat(1001) }, 'target_mismatch'],
    ['a resource that turns', { ...credentials, resource: 'https://a.example/\u202e' }, 'target_mismatch'],
    ['a resource with a fragment', { ...credentials, resource: 'https://a.example/#' }, 'target_mismatch'],
    ['no subject_token', { ...exchange, subject_token: '' }, 'parameter_missing'],
    ['no subject_token_type', { ...exchange, subject_token_type: '' }, 'parameter_missing'],
    ['a saml1 token', { ...exchange, subject_token_type: `${TYPE}saml1` }, 'proof_type_unsupported'],
    ['actor_token alone', { ...exchange, actor_token: 'x' }, 'parameter_missing'],
    ['actor_token_type alone', { ...exchange, actor_token_type: `${TYPE}jwt` }, 'parameter_missing'],
    ['an assertion beside a subject_token', { ...exchange, assertion: 'x' }, 'several_proofs'],
    ['a code beside a subject_token', { ...exchange, code: 'x' }, 'several_proofs'],
    ['a subject_token beside client credentials', { ...credentials, subject_token: 'x' }, 'several_proofs'],
    ['an actor of client credentials', { ...credentials, actor_token: 'x' }, 'parameter_invalid'],
    [
      'an actor of an assertion',
      { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'x', scope: 'a', actor_token: 'x' },
      'parameter_invalid',
    ],
    ['no assertion', { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', scope: 'a' }, 'parameter_missing'],
    ['two methods', { ...credentials, client_assertion: 'x' }, 'client_methods_several'],
    ['a fraction of a second', { ...credentials, duration: '1.5' }, 'duration_out_of_range'],
    ['an intent of 257 characters', { ...credentials, intent: 'x'.repeat(257) }, 'parameter_invalid'],
    ['a parameter twice', 'grant_type=client_credentials&scope=a&scope=a', 'parameter_repeated'],
    ['a parameter twice, once empty', 'grant_type=client_credentials&scope=a&scope=', 'parameter_repeated'],
    ['a parameter twice, once escaped', 'grant_type=client_credentials&scope=a&sc%6fpe=a', 'parameter_repeated'],
    ['broken percent-encoding', 'grant_type=%zz', 'malformed_request'],
  ])('is refused with %s', (_, form, reason) => {
    expect(read(form)).toMatchObject({ ok: false, refusal: { reason } });
  });

  it.each([
    ['JSON', { headers: { 'content-type': 'application/json' } }, 'unsupported_content_type'],
    ['no content type', { headers: {} }, 'unsupported_content_type'],
    ['a compressed body', { headers: { ...FORM, 'content-encoding': 'gzip' } }, 'unsupported_content_type'],
    ['more than 512 KB', { body: 'x'.repeat(512 * 1024 + 1) }, 'request_too_large'],
  ])('is refused with %s', (_, parts, reason) => {
    expect(read(credentials, parts)).toMatchObject({ ok: false, refusal: { reason } });
  });

  it('reads nothing from the query', () => {
    const { grant_type: _, ...rest } = credentials;
    expect(read(rest, { query: 'grant_type=client_credentials' })).toMatchObject({
      refusal: { reason: 'parameter_missing' },
    });
  });

  it.each([
    [EXCHANGE, 'invalid_request'],
    ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'invalid_grant'],
    ['urn:ietf:params:oauth:grant-type:saml2-bearer', 'invalid_grant'],
    ['authorization_code', 'invalid_grant'],
    ['client_credentials', 'invalid_request'],
  ])('of the grant type %s is refused by the code of its own RFC, also where more is wrong', (grant_type, error) => {
    const renderers: RefusalRenderer[] = [];
    readTokenRequest(aFormPost({ grant_type }), (renderer) => renderers.push(renderer));
    expect(renderers).toHaveLength(1);
    const body = renderers[0]?.({ reason: 'signature_invalid' }, 'req-1').body ?? '';
    expect(JSON.parse(body)).toMatchObject({ error, reason: 'signature_invalid' });
  });
});

describe('a target that was named', () => {
  const reasonOf = (form: Readonly<Record<string, string>> | string, grant: CompiledGrant) => {
    const request = read(form);
    if (!request.ok) throw new TypeError('the request is refused');
    const checked = checkTarget(grant, request.value.asked.target);
    return checked.ok ? null : checked.refusal.reason;
  };
  const roleArn = 'arn:aws:iam::111122223333:role/x';
  const grantOf = (grant: Scope['grant']) => loadScope(aScope({ grant })).grant;
  const tokenFor = (audience: string) =>
    grantOf({ type: 'broker-token', audience, duration: seconds(600), claims: {} });
  const token = tokenFor('https://api.example');
  const slashed = tokenFor('https://api.example/');
  const deeper = tokenFor('https://api.example/a');
  const role = grantOf({ ...aSessionGrant(), roleArn });

  it.each([
    ['none', credentials, token, null],
    ['its audience', { ...credentials, audience: 'https://api.example' }, token, null],
    ['its resource', { ...credentials, resource: 'https://api.example' }, token, null],
    ['its resource as MCP clients write an origin', { ...credentials, resource: 'https://api.example/' }, token, null],
    [
      'its resource without the slash of its origin',
      { ...credentials, resource: 'https://api.example' },
      slashed,
      null,
    ],
    ['its resource with a path', { ...credentials, resource: 'https://api.example/a' }, token, 'target_mismatch'],
    ['its resource with two slashes', { ...credentials, resource: 'https://api.example//' }, token, 'target_mismatch'],
    ['a path with a final slash', { ...credentials, resource: 'https://api.example/a/' }, deeper, 'target_mismatch'],
    ['another host', { ...credentials, resource: 'https://api.example.com/' }, token, 'target_mismatch'],
    ['another audience', { ...credentials, audience: 'x' }, token, 'target_mismatch'],
    ['its role', { ...exchange, audience: roleArn }, role, null],
    ['its type', { ...exchange, requested_token_type: `${TYPE}access_token` }, token, null],
    [
      'the type of AWS credentials',
      { ...exchange, requested_token_type: 'urn:token-broker:token-type:aws-credentials' },
      role,
      null,
    ],
    [
      'a token in place of AWS credentials',
      { ...exchange, requested_token_type: `${TYPE}access_token` },
      role,
      'requested_token_type_mismatch',
    ],
    ['a SAML assertion', { ...exchange, requested_token_type: `${TYPE}saml2` }, token, 'requested_token_type_mismatch'],
  ])('is that of the grant or refused: %s', (_, form, grant, reason) => {
    expect(reasonOf(form, grant)).toBe(reason);
  });

  it('must be that of the grant each time it is named', () => {
    const form = `${new URLSearchParams(credentials)}&audience=https%3A%2F%2Fapi.example&audience=x`;
    expect(reasonOf(form, token)).toBe('target_mismatch');
  });
});
