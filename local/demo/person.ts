import { createHash, randomBytes } from 'node:crypto';
import { masked, type Stage } from './stage.ts';
import { post } from './token.ts';

const MOST_PAGES = 12;

/** A browser of somebody who allows what is asked: keeps cookies, follows redirects. */
class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** Goes on until `arrives` says that it is there, and returns that address with its page. */
  async go(url: string, arrives: (url: URL) => boolean, form?: URLSearchParams): Promise<{ url: URL; page: string }> {
    let [at, body] = [new URL(url), form];
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      if (arrives(at)) return { url: at, page: '' };
      const answer = await this.#send(at, body);
      const location = answer.headers.get('location');
      if (location === null) return { url: at, page: await answer.text() };
      [at, body] = [new URL(location, at), undefined];
    }
    throw new Error('the sign-in does not end');
  }

  async #send(url: URL, body: URLSearchParams | undefined): Promise<Response> {
    const jar = this.#cookies.get(url.origin) ?? new Map<string, string>();
    this.#cookies.set(url.origin, jar);
    const headers = { cookie: [...jar].map((pair) => pair.join('=')).join('; ') };
    const init = body === undefined ? {} : { method: 'POST', body };
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      jar.set(name, value);
    }
    return answer;
  }
}

/** What the form of a page posts where Allow is pressed. */
function allowing(page: string): URLSearchParams {
  const form = new URLSearchParams({ decision: 'allow' });
  for (const [, name = '', value = ''] of page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) {
    form.set(name, value);
  }
  return form;
}

const nowhere = (): boolean => false;
const ASKED = { client_id: 'broker-cli', connection: 'demo-oidc', scope: 'demo-people' };
const REDIRECT = 'http://127.0.0.1:49152/callback';

const sessionLine = (granted: Readonly<Record<string, unknown>>): string => {
  const document: Readonly<Record<string, unknown>> = Object(JSON.parse(String(granted['access_token'])));
  return `AccessKeyId ${masked(document['AccessKeyId'])}   RoleArn ${document['RoleArn']}   IssuanceId ${document['IssuanceId']}`;
};

/** A person signs in at an OpenID provider (oidc-provider), by code and PKCE on both ways, as `login` has it. */
export async function showOidcSignIn({ stack }: Stage): Promise<readonly string[]> {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    ...{ ...ASKED, response_type: 'code', redirect_uri: REDIRECT, state: 'demonstration' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const person = new Browser();
  const { page } = await person.go(`${stack.url}/oauth2/authorize?${query}`, nowhere);
  const back = await person.go(
    `${stack.url}/oauth2/authorize`,
    ({ href }) => href.startsWith(REDIRECT),
    allowing(page),
  );
  const granted = await post(stack, '/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:token-broker:token-type:authorization-code',
    subject_token: back.url.searchParams.get('code') ?? '',
    ...{ client_id: ASKED.client_id, redirect_uri: REDIRECT, code_verifier: verifier },
  });
  return [sessionLine(granted)];
}

/** A machine without a browser shows a code, which a person types elsewhere (RFC 8628). */
export async function showDevice({ stack }: Stage): Promise<readonly string[]> {
  const device = await post(stack, '/oauth2/device_authorization', { ...ASKED, device_name: 'build-7' });
  const person = new Browser();
  const code = new URLSearchParams({ user_code: String(device['user_code']) });
  const compared = await person.go(`${stack.url}/device`, nowhere, code);
  const link = /<a rel="noreferrer" href="([^"]+)"/.exec(compared.page)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const { page } = await person.go(link, nowhere);
  await person.go(`${stack.url}/oauth2/authorize`, nowhere, allowing(page));
  const granted = await post(stack, '/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:token-broker:token-type:device-code',
    subject_token: String(device['device_code']),
    client_id: ASKED.client_id,
  });
  return [`user_code ${device['user_code']} at ${device['verification_uri']}`, sessionLine(granted)];
}
