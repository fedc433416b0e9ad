import { describe, expect, it } from '@jest/globals';
import { readCredentialsRequest } from '../../../lib/http/credentials/credentials-request.ts';
import { aRouteRequest, type EventParts, FORM } from '../../fakes/http.ts';

const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:jwt';
const read = (parts: EventParts) =>
  readCredentialsRequest(aRouteRequest({ parameters: { scope: 'deploy-web' }, ...parts }));
const authorized = (more: EventParts = {}): EventParts => ({ headers: { authorization: 'eyJh.eyJp.c2ln' }, ...more });

describe('reading /v1/credentials', () => {
  it('takes a bare JWT, as the SDKs send AWS_CONTAINER_AUTHORIZATION_TOKEN', () => {
    expect(read(authorized())).toMatchObject({
      ok: true,
      value: {
        scopes: ['deploy-web'],
        proofs: { subject: { kind: 'jwt', token: 'eyJh.eyJp.c2ln' } },
        requestedDuration: null,
      },
    });
  });

  it('takes Bearer, Basic and a form', () => {
    expect(read({ headers: { authorization: 'bearer eyJh.eyJp.c2ln' } })).toMatchObject({
      ok: true,
      value: { proofs: { subject: { token: 'eyJh.eyJp.c2ln' } } },
    });
    expect(read({ headers: { authorization: `Basic ${btoa('bot:s%3Acret')}` } })).toMatchObject({
      ok: true,
      value: { proofs: { subject: 'client', client: { client: 'bot', secret: 's:cret' } } },
    });
    const body = new URLSearchParams({
      subject_token: 'x',
      subject_token_type: TOKEN_TYPE,
      intent: 'roll',
      duration: '900',
    });
    expect(read({ method: 'POST', headers: FORM, body: body.toString() })).toMatchObject({
      ok: true,
      value: { proofs: { subject: { token: 'x' } }, intent: 'roll', requestedDuration: 900 },
    });
  });

  it.each<[string, EventParts, string | null | undefined]>([
    ['DPoP, with the token', { headers: { authorization: 'DPoP a.b.c', dpop: 'd' } }, 'a.b.c'],
    ['Bearer, with none', { headers: { authorization: 'Bearer a.b.c', dpop: 'd' } }, undefined],
    ['a bare token, with none', { headers: { authorization: 'a.b.c', dpop: 'd' } }, undefined],
    [
      'a form, with no token of the header',
      {
        ...{ method: 'POST', headers: { ...FORM, dpop: 'd' } },
        body: `subject_token=x&subject_token_type=${TOKEN_TYPE}`,
      },
      null,
    ],
    ['Basic, with no token', { headers: { authorization: `Basic ${btoa('bot:s')}`, dpop: 'd' } }, null],
  ])('reads a proof of a key beside %s (RFC 9449 section 7)', (_, parts, accessToken) => {
    const outcome = read(parts);
    expect(outcome.ok && outcome.value.proofs.dpop?.accessToken).toBe(accessToken);
  });

  it('reads a body that API Gateway encoded', () => {
    const body = new URLSearchParams({ subject_token: 'x', subject_token_type: TOKEN_TYPE }).toString();
    expect(read({ method: 'POST', headers: FORM, body, base64: true })).toMatchObject({ ok: true });
  });

  it.each([
    ['no proof', {}, 'proof_missing'],
    ['an empty header', { headers: { authorization: ' ' } }, 'proof_missing'],
    ['two Authorization headers', { headers: { authorization: 'a.b.c,d.e.f' } }, 'several_proofs'],
    ['DPoP without a proof', { headers: { authorization: 'DPoP a.b.c' } }, 'dpop_proof_missing'],
    ['another scheme', { headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x' } }, 'proof_type_unsupported'],
    ['a duration twice', authorized({ query: 'duration=900&duration=901' }), 'parameter_repeated'],
    ['an escaped duration twice', authorized({ query: 'duration=900&dur%61tion=901' }), 'parameter_repeated'],
    ['a fraction of a second', authorized({ query: 'duration=900.5' }), 'duration_out_of_range'],
    ['a negative duration', authorized({ query: 'duration=-900' }), 'duration_out_of_range'],
    ['a duration with a sign', authorized({ query: 'duration=%2B900' }), 'duration_out_of_range'],
    ['a huge duration', authorized({ query: 'duration=99999999999' }), 'duration_out_of_range'],
    ['an intent of 257 characters', authorized({ query: `intent=${'x'.repeat(257)}` }), 'parameter_invalid'],
    ['an intent that turns the direction of text', authorized({ query: 'intent=a%E2%80%AEb' }), 'parameter_invalid'],
    ['an intent with a line separator', authorized({ query: 'intent=a%E2%80%A8b' }), 'parameter_invalid'],
    ['an intent with a newline', authorized({ query: 'intent=a%0Ab' }), 'parameter_invalid'],
    ['a Basic header that is not base64', { headers: { authorization: 'Basic %%%' } }, 'client_authentication_failed'],
    [
      'a Basic header without a colon',
      { headers: { authorization: `Basic ${btoa('bot')}` } },
      'client_authentication_failed',
    ],
  ] as const)('refuses %s', (_, parts, reason) => {
    expect(read(parts)).toMatchObject({ ok: false, refusal: { reason } });
  });

  it.each([
    ['an actor_token', {}, true, null],
    ['a client by Basic', { authorization: `Basic ${btoa('bot:s')}` }, false, 'bot'],
    ['both, the client being the presenter', { authorization: `Basic ${btoa('bot:s')}` }, true, 'bot'],
    ['nobody', {}, false, null],
  ])('takes subject_token with %s (contract section 2)', (_, headers, acts, client) => {
    const actor = acts ? `&actor_token=y&actor_token_type=${TOKEN_TYPE}` : '';
    const body = `subject_token=x&subject_token_type=${TOKEN_TYPE}${actor}`;
    expect(read({ method: 'POST', headers: { ...FORM, ...headers }, body })).toMatchObject({
      ok: true,
      value: {
        proofs: {
          subject: { kind: 'jwt', token: 'x' },
          actor: acts ? { kind: 'jwt', token: 'y' } : null,
          client: client === null ? null : { method: 'client_secret_basic', client },
          publicClients: 'refuse',
        },
      },
    });
  });

  it.each([
    ['JSON', { headers: { 'content-type': 'application/json' }, body: '{}' }, 'unsupported_content_type'],
    ['a body over 256 KB', { headers: FORM, body: 'x'.repeat(256 * 1024 + 1) }, 'request_too_large'],
    [
      'a header and a form',
      { headers: { ...FORM, authorization: 'a.b.c' }, body: `subject_token=x&subject_token_type=${TOKEN_TYPE}` },
      'several_proofs',
    ],
    [
      'an actor beside the header',
      { headers: { ...FORM, authorization: 'a.b.c' }, body: `actor_token=x&actor_token_type=${TOKEN_TYPE}` },
      'several_proofs',
    ],
    [
      'a client secret beside the header',
      { headers: { ...FORM, authorization: 'a.b.c' }, body: 'client_id=bot&client_secret=x' },
      'several_proofs',
    ],
    [
      'an actor without a subject',
      { headers: FORM, body: `actor_token=y&actor_token_type=${TOKEN_TYPE}` },
      'proof_type_unsupported',
    ],
    [
      'an actor beside a client as itself',
      {
        headers: { ...FORM, authorization: `Basic ${btoa('bot:s')}` },
        body: `actor_token=y&actor_token_type=${TOKEN_TYPE}`,
      },
      'several_proofs',
    ],
    [
      'an actor without its type',
      { headers: FORM, body: `subject_token=x&subject_token_type=${TOKEN_TYPE}&actor_token=y` },
      'parameter_missing',
    ],
    [
      'an actor by a SAML assertion',
      {
        headers: FORM,
        body: `subject_token=x&subject_token_type=${TOKEN_TYPE}&actor_token=y&actor_token_type=urn:ietf:params:oauth:token-type:saml2`,
      },
      'proof_type_unsupported',
    ],
    [
      'an assertion beside subject and actor',
      {
        headers: FORM,
        body: `subject_token=x&subject_token_type=${TOKEN_TYPE}&actor_token=y&actor_token_type=${TOKEN_TYPE}&assertion=z`,
      },
      'several_proofs',
    ],
    ['an assertion', { headers: FORM, body: 'assertion=a.b.c' }, 'proof_type_unsupported'],
    ['a token without its type', { headers: FORM, body: 'subject_token=x' }, 'parameter_missing'],
    [
      'another type of token',
      { headers: FORM, body: 'subject_token=x&subject_token_type=urn:ietf:params:oauth:token-type:saml2' },
      'proof_type_unsupported',
    ],
    [
      'a parameter in query and form',
      { headers: FORM, query: 'intent=a', body: `intent=b&subject_token=x&subject_token_type=${TOKEN_TYPE}` },
      'parameter_repeated',
    ],
  ] as const)('refuses a POST of %s', (_, parts, reason) => {
    expect(read({ method: 'POST', ...parts })).toMatchObject({ ok: false, refusal: { reason } });
  });

  it('takes an intent in any script, by characters and not by code units', () => {
    const intent = `${'é'.repeat(255)}\u{1F680}`;
    expect(read(authorized({ query: `intent=${encodeURIComponent(intent)}` }))).toMatchObject({ value: { intent } });
  });

  it('counts an intent of nothing but blanks as none', () => {
    expect(read(authorized({ query: 'intent=%20+' }))).toMatchObject({ ok: true, value: { intent: null } });
  });

  it('takes an intent of 256 characters and counts an empty one as none', () => {
    expect(read(authorized({ query: `intent=${'x'.repeat(256)}` }))).toMatchObject({ ok: true });
    expect(read(authorized({ query: 'intent=&duration=' }))).toMatchObject({
      ok: true,
      value: { intent: null, requestedDuration: null },
    });
  });
});
