import { describe, expect, it } from '@jest/globals';
import { readCredentialsRequest } from '../../lib/http/credentials/credentials-request.ts';
import { readTokenRequest } from '../../lib/http/oauth/token-request.ts';
import { readAuthorize, readRedirect } from '../../lib/http/sign-in/authorize-request.ts';
import { readStsRequest } from '../../lib/http/sts/sts-request.ts';
import type { Outcome } from '../../lib/outcome.ts';
import { aFormPost, aRouteRequest, FORM } from '../fakes/http.ts';

const JWT = 'urn:ietf:params:oauth:token-type:jwt';
const AWS_CREDENTIALS = 'urn:token-broker:token-type:aws-credentials';

type Form = Readonly<Record<string, string>>;
type Read = (more: Form, query?: Form) => Outcome<unknown>;

const text = (form: Form) => new URLSearchParams({ ...form }).toString();
const proof = { subject_token: 'x', subject_token_type: JWT };

/** Each route that issues, by a request that is good without what a test adds to its form or to its query. */
const ROUTES: Readonly<Record<string, Read>> = {
  '/oauth2/token by exchange': (more, query = {}) => {
    const grant_type = 'urn:ietf:params:oauth:grant-type:token-exchange';
    const form = { grant_type, scope: 'deploy-web', ...proof, ...more };
    return readTokenRequest(aFormPost(form, { query: text(query) }), () => undefined);
  },
  '/oauth2/token by client credentials': (more, query = {}) => {
    const client = { client_id: 'bot', client_secret: 's' };
    const form = { grant_type: 'client_credentials', scope: 'deploy-web', ...client, ...more };
    return readTokenRequest(aFormPost(form, { query: text(query) }), () => undefined);
  },
  'POST /v1/credentials': (more, query = {}) => {
    const parts = { parameters: { scope: 'deploy-web' }, query: text(query) };
    return readCredentialsRequest(aFormPost({ ...proof, ...more }, parts));
  },
  'GET /v1/credentials': (more, query = {}) => {
    const headers = { authorization: 'a.b.c' };
    const parts = { headers, parameters: { scope: 'deploy-web' }, query: text({ ...query, ...more }) };
    return readCredentialsRequest(aRouteRequest(parts));
  },
  '/sts': (more, query = {}) => {
    const form = {
      Action: 'AssumeRoleWithWebIdentity',
      RoleArn: 'arn:aws:broker:::scope/deploy-web',
      RoleSessionName: 'job',
      WebIdentityToken: 'a.b.c',
      ...more,
    };
    return readStsRequest(aFormPost(form, { headers: FORM, query: text(query) }));
  },
  '/oauth2/authorize': (more, query = {}) => {
    const asked = {
      ...{ client_id: 'cli', redirect_uri: 'http://127.0.0.1/cb', response_type: 'code', connection: 'corp' },
      ...{ code_challenge: 'c'.repeat(43), code_challenge_method: 'S256', scope: 'deploy-web' },
    };
    const redirect = readRedirect(aRouteRequest({ query: text({ ...asked, ...query, ...more }) }));
    return redirect.ok ? readAuthorize(redirect.value) : redirect;
  },
};

/** What asks for less, with a value that asks for it: whatever protocol it is of. */
const ASKS: Form = {
  scope: 'deploy-web',
  resource: 'https://api.example',
  audience: 'https://api.example',
  requested_token_type: AWS_CREDENTIALS,
  authorization_details: '[{"type":"token_broker","policy":{}}]',
  dpop_jkt: 'k'.repeat(43),
  duration: '900',
  policy: '{"Version":"2012-10-17","Statement":[]}',
  'param.bucket': 'reports',
  parameters: '{"bucket":"reports"}',
  DurationSeconds: '900',
  Policy: '{"Version":"2012-10-17","Statement":[]}',
  'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess',
  'Tags.member.1.Key': 'team',
  'TransitiveTagKeys.member.1': 'team',
};

/** What each route reads; everything else of the table is refused there. */
const OAUTH = [
  ...['scope', 'resource', 'audience', 'requested_token_type', 'duration'],
  ...['policy', 'authorization_details'],
];
const READ: Readonly<Record<string, readonly string[]>> = {
  '/oauth2/token by exchange': OAUTH,
  '/oauth2/token by client credentials': OAUTH,
  'POST /v1/credentials': OAUTH,
  'GET /v1/credentials': OAUTH,
  '/sts': ['DurationSeconds', 'Policy', 'PolicyArns.member.1.arn'],
  '/oauth2/authorize': ['scope', 'resource', 'audience'],
};

const outcomeOf = (outcome: Outcome<unknown>) => (outcome.ok ? 'read' : outcome.refusal.reason);

describe.each(Object.entries(ROUTES))('%s', (route, read) => {
  it('is good without anything that asks for less', () => {
    expect(outcomeOf(read({}))).toBe('read');
  });

  it.each(Object.entries(ASKS))('reads or refuses %s, and never ignores it', (name, value) => {
    const known = READ[route]?.includes(name) ?? false;
    expect(outcomeOf(read({ [name]: value }))).toBe(known ? 'read' : 'parameter_invalid');
  });

  it('says which parameter it refuses, and not its value', () => {
    const outcome = read({ authorization_details: 'what was asked' });
    expect(outcome).toMatchObject({ refusal: { detail: expect.stringContaining('authorization_details') } });
    expect(JSON.stringify(outcome)).not.toContain('what was asked');
  });

  it('counts one without a value as none, and ignores what nobody knows (RFC 6749 section 3.2)', () => {
    expect(outcomeOf(read({ policy: '', nobody_knows: 'x' }))).toBe('read');
  });
});

describe('a query that is not read', () => {
  it.each(['/oauth2/token by exchange', '/sts'])('of %s may not ask for less either', (route) => {
    for (const [name, value] of Object.entries(ASKS)) {
      const outcome = ROUTES[route]?.({}, { [name]: value });
      expect([name, outcome && outcomeOf(outcome)]).toEqual([name, 'parameter_invalid']);
    }
  });
});

describe('the scope of /v1/credentials', () => {
  it('is that of the path, whatever else is named', () => {
    const outcome = ROUTES['GET /v1/credentials']?.({ scope: 'read-only' });
    expect(outcome && outcomeOf(outcome)).toBe('parameter_invalid');
  });
});
