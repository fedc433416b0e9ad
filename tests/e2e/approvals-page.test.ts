import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Broker, ROOT, startBroker } from './broker.ts';
import { Browser, CONFIGURATION, formOf, readAuthnRequest } from './saml-person.ts';

const DEMO = readFileSync(join(ROOT, 'local', 'demo', 'configuration', 'connections', 'demo.yaml'), 'utf8');
const APPROVERS = '{ connection: corp, when: { "ForAnyValue:StringEquals": { claims.groups: [deployers] } } }';
const scope = (name: string, from: string): string => `scope: ${name}
description: Reads the production reports.
allow: [{ connection: [demo, corp] }]
requires: { approval: { from: [${from}] } }
grant:
  type: aws-session
  roleArn: arn:aws:iam::111122223333:role/token-broker/prod
  policy: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "s3:Get*", Resource: "arn:aws:s3:::reports/*" }] }
`;

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker({
    config: {
      ...CONFIGURATION,
      'connections/demo.yaml': DEMO,
      'scopes/prod.yaml': scope('prod', APPROVERS),
      'scopes/either.yaml': scope('either', `${APPROVERS}, { connection: portal }`),
      'scopes/locked.yaml': scope('locked', APPROVERS.replace('[deployers]', '[nobody]')),
    },
  });
}, 60_000);
afterAll(() => broker.stop());

async function ask(name: string, intent = 'read the reports'): Promise<Record<string, unknown>> {
  const form = {
    subject_token: await broker.idp.token('web-main'),
    subject_token_type: `urn:ietf:params:oauth:token-type:jwt`,
    intent,
  };
  const response = await fetch(`${broker.url}/v1/credentials/${name}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return Object(await response.json());
}

const pathOf = (answer: Response): string => {
  const { pathname, search } = new URL(answer.headers.get('location') ?? '', broker.url);
  return `${pathname}${search}`;
};

/** From the link to the page, by the identity provider of `corp`. */
async function open(id: string, browser = new Browser(broker.url)): Promise<{ browser: Browser; page: Response }> {
  const toAuthorize = await browser.get(`/approvals/${id}`);
  const toProvider = await browser.get(pathOf(toAuthorize));
  const { id: request } = readAuthnRequest(toProvider.headers.get('location') ?? '');
  const agreed = await browser.decide(formOf(await (await browser.answer(request)).text()));
  const back = await browser.get(pathOf(agreed));
  if (back.status !== 303) throw new Error(await back.text());
  return { browser, page: await browser.get(pathOf(back)) };
}

const idOf = async (name: string, intent?: string) => String((await ask(name, intent))['approval_id']);

describe('the page of the approver', () => {
  it('shows nothing without a sign-in, and is worth nothing to who has the link alone', async () => {
    const id = await idOf('prod', 'a secret plan');
    const answer = await new Browser(broker.url).get(`/approvals/${id}`);
    expect([answer.status, await answer.text()]).toEqual([302, '']);
    const { pathname, searchParams } = new URL(answer.headers.get('location') ?? '');
    expect([pathname, searchParams.get('client_id'), searchParams.get('connection')]).toEqual([
      '/oauth2/authorize',
      'approvals',
      'corp',
    ]);
    const form = { token: 'a'.repeat(64), decision: 'approve' };
    const posted = await new Browser(broker.url).post(`/approvals/${id}`, form);
    expect([posted.status, await posted.text()]).toEqual([403, expect.stringContaining('approval_session')]);
    expect((await ask('prod', 'a secret plan'))['approval_id']).toBe(id);
  });

  it('shows who, through whom, what it could do, the intent as inert text, and what is new; and takes the word', async () => {
    const intent = '<b onclick="x()">urgent</b> & "quoted"';
    const id = await idOf('prod', intent);
    const { browser, page } = await open(id);
    const html = await page.text();
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self'");
    for (const shown of [
      'acme/web@refs/heads/main',
      'demo',
      'nobody: they act themselves',
      'Reads the production reports.',
    ]) {
      expect(html).toContain(shown);
    }
    expect(html).toContain('Can read: s3:Get*; on arn:aws:s3:::reports/*.');
    expect(html).toContain('&lt;b onclick=&quot;x()&quot;&gt;urgent&lt;/b&gt; &amp; &quot;quoted&quot;');
    expect(html).not.toMatch(/<b |<script|\u202e/);
    expect(html).toContain('never granted this scope so before');
    expect(html).toMatch(/<label for="reason">[^<]+<\/label>\s*<textarea id="reason"/);
    const approved = await browser.post(`/approvals/${id}`, {
      ...formOf(html),
      decision: 'approve',
      reason: 'looks right',
    });
    expect([approved.status, pathOf(approved)]).toEqual([303, `/approvals/${id}`]);
    const after = await (await browser.get(`/approvals/${id}`)).text();
    expect(after).toContain('looks right');
    expect(after).not.toContain('<form');
    expect(await ask('prod', intent)).toMatchObject({ AccessKeyId: expect.stringMatching(/^ASIA/) });
    const next = await (await open(await idOf('prod', 'the next one'))).page.text();
    expect(next).toMatch(/Last granted at .*It is the same as then\./s);
  });

  it.each([
    ['no token', (form: Record<string, string>) => ({ ...form, token: '' })],
    [
      'the token of another request',
      async (_: Record<string, string>, browser: Browser) => {
        const other = await idOf('prod', 'another one');
        return formOf(await (await browser.get(`/approvals/${other}`)).text());
      },
    ],
  ])('takes no form with %s', async (name, change) => {
    const intent = `forged: ${name}`;
    const id = await idOf('prod', intent);
    const { browser, page } = await open(id);
    const form = await change(formOf(await page.text()), browser);
    const posted = await browser.post(`/approvals/${id}`, { ...form, decision: 'approve' });
    expect([posted.status, await posted.text()]).toEqual([403, expect.stringContaining('approval_session')]);
    expect((await ask('prod', intent))['approval_id']).toBe(id);
  });

  it('is not for whom `from` does not name, signed in or not', async () => {
    const { page } = await open(await idOf('locked'));
    expect([page.status, await page.text()]).toEqual([403, expect.stringContaining('approver_not_allowed')]);
  });

  it('asks where to sign in where approvers may come from several places', async () => {
    const id = await idOf('either', 'which way');
    const page = await new Browser(broker.url).get(`/approvals/${id}`);
    const html = await page.text();
    expect(html).toContain(`href="/approvals/${id}?connection=portal"`);
    expect(html).not.toContain('which way');
    const chosen = await new Browser(broker.url).get(`/approvals/${id}?connection=portal`);
    expect(chosen.headers.get('location')).toContain('connection=portal');
    expect((await new Browser(broker.url).get(`/approvals/${id}?connection=demo`)).status).toBe(404);
  });

  it.each(['apr_01KB00000000000000000000ZZ', 'x', 'iss_01KB00000000000000000000ZZ'])('is 404 for %s', async (id) => {
    expect((await new Browser(broker.url).get(`/approvals/${id}`)).status).toBe(404);
  });

  /** A sign-in that its person has allowed, up to the address that begins the session. */
  async function agree(id: string, browser: Browser): Promise<Response> {
    const toProvider = await browser.get(pathOf(await browser.get(`/approvals/${id}`)));
    const { id: request } = readAuthnRequest(toProvider.headers.get('location') ?? '');
    return browser.decide(formOf(await (await browser.answer(request)).text()));
  }

  it('begins no session with a code that another browser got, or twice; and no address has the code', async () => {
    const id = await idOf('prod', 'stolen code');
    const victim = new Browser(broker.url);
    const agreed = await agree(id, victim);
    const address = new URL(agreed.headers.get('location') ?? '');
    expect([...address.searchParams.keys()].sort()).toEqual(['iss', 'state']);
    const [stolen = ''] = agreed.headers.getSetCookie();
    expect(stolen).toMatch(/^approver-code=[\w-]{43}; Path=\/; Max-Age=60; HttpOnly; SameSite=Lax$/);
    const began = await fetch(`${broker.url}/approvals/${id}`, { redirect: 'manual' });
    const cookie = [stolen, ...began.headers.getSetCookie()].map((each) => each.split(';')[0]).join('; ');
    const thief = await fetch(address, { headers: { cookie }, redirect: 'manual' });
    expect([thief.status, (await thief.text()).includes('code_verifier_mismatch')]).toEqual([403, true]);
    expect((await new Browser(broker.url).get(pathOf(agreed))).status).toBe(403);
    const back = await victim.get(pathOf(agreed));
    expect(back.status).toBe(303);
    await victim.get(`/approvals/${id}?connection=corp`);
    expect((await victim.get(pathOf(agreed))).status).toBe(403);
  });

  it('takes no code from an address', async () => {
    const answer = await new Browser(broker.url).get(`/approvals?code=${'c'.repeat(43)}&state=x&iss=${broker.url}`);
    expect([answer.status, (await answer.text()).includes('proof_in_query')]).toEqual([400, true]);
  });
});
