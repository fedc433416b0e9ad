import { createPublicKey } from 'node:crypto';
import { CLIENT_ASSERTION_ALGORITHMS } from '../../identity/client/client-assertion.ts';
import { bareKey, keyMisfit, PRIVATE_MEMBERS } from '../../identity/oidc/jwk.ts';
import type { JsonObject } from '../../json.ts';
import { isLoopback } from '../../loopback.ts';
import type { Client, ClientAuthentication } from '../documents/clients.ts';
import type { Report } from '../problem.ts';
import type { WrittenClient } from '../schema/client.ts';
import { toSeconds } from '../schema/values.ts';
import { checkAddressAt, type Deployment, parseUrl } from '../web-address.ts';

const METHODS = ['secret', 'jwks', 'jwksUri', 'public'] as const;

/** A client with its one way to authenticate. */
export function normalizeClient(written: WrittenClient, deployment: Deployment, report: Report): Client {
  const chosen = METHODS.filter((method) => written[method] !== undefined && written[method] !== false);
  if (chosen.length !== 1) {
    report(
      chosen[1] === undefined ? [] : [chosen[1]],
      'a client has exactly one of secret, jwks, jwksUri and public: true',
    );
  }
  const redirectUris = written.redirectUris ?? [];
  for (const [index, uri] of redirectUris.entries()) checkRedirectUri(uri, index, report);
  const { metadataDocuments } = written;
  metadataDocuments?.hosts.forEach((host, index) => {
    checkHost(host, (message) => report(['metadataDocuments', 'hosts', index], message));
  });
  if (metadataDocuments !== undefined && written.public !== true) {
    report(['metadataDocuments'], 'goes with public: true only', 'misplaced-field');
  }
  if (written.public === true && redirectUris.length === 0 && metadataDocuments === undefined)
    report(['redirectUris'], 'is required for a public client', 'missing-field');
  if (written.public !== true && redirectUris.length > 0) {
    report(['redirectUris'], 'only a public client signs people in: not used', 'unused-field');
  }
  if (written.secretOverlap !== undefined && chosen.length > 0 && written.secret === undefined) {
    report(['secretOverlap'], 'goes with secret only', 'misplaced-field');
  }
  if (written.assertionAudience !== undefined && written.jwks === undefined && written.jwksUri === undefined) {
    report(['assertionAudience'], 'goes with jwks or jwksUri only', 'misplaced-field');
  }
  if (written.audiences !== undefined && written.public === true) {
    report(['audiences'], 'goes with secret, jwks or jwksUri only: a public client proves nothing', 'misplaced-field');
  }
  return {
    client: written.client,
    authentication: normalizeAuthentication(written, deployment, report),
    redirectUris,
    ...(metadataDocuments === undefined ? {} : { metadataDocuments }),
    claims: written.claims ?? {},
    ...(written.dpop === 'required' ? { dpop: written.dpop } : {}),
    introspects: written.introspects ?? [],
    ...(written.audiences === undefined ? {} : { audiences: written.audiences }),
  };
}

function normalizeAuthentication(written: WrittenClient, deployment: Deployment, report: Report): ClientAuthentication {
  const audience = written.assertionAudience ?? 'issuer';
  if (written.secret !== undefined) {
    return { method: 'secret', secret: written.secret, overlap: toSeconds(written.secretOverlap ?? '24h') };
  }
  if (written.jwks !== undefined) {
    for (const [index, key] of written.jwks.keys.entries()) {
      checkPublicKey(key, (message) => report(['jwks', 'keys', index], message));
    }
    return { method: 'jwks', jwks: written.jwks, audience };
  }
  if (written.jwksUri !== undefined) {
    checkAddressAt(written.jwksUri, deployment, report, ['jwksUri']);
    return { method: 'jwks-uri', jwksUri: written.jwksUri, audience };
  }
  return { method: 'public' };
}

/** RFC 7517 and 7518: a private or symmetric key has no business in a configuration, nor one that verifies nothing. */
function checkPublicKey(key: JsonObject, report: (message: string) => void): void {
  const secret = PRIVATE_MEMBERS.find((member) => Object.hasOwn(key, member));
  if (secret !== undefined) {
    report(`has the private member ${secret}: give the public key only, and replace this one`);
    return;
  }
  const misfits = CLIENT_ASSERTION_ALGORITHMS.map((algorithm) => keyMisfit(key, algorithm));
  if (misfits.includes(null)) {
    if (!isPublicKey(key)) report('is no key: its numbers are none of that kind');
    return;
  }
  const broken = misfits.find((misfit) => misfit?.kind === 'unusable')?.found;
  report(`verifies no assertion: ${broken ?? `must be a public key for ${CLIENT_ASSERTION_ALGORITHMS.join(', ')}`}`);
}

/** A point may be off its curve. */
function isPublicKey(key: JsonObject): boolean {
  try {
    createPublicKey({ key: bareKey(key), format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}

/** As the host of an https URL is written, so that it is compared as it stands. */
function checkHost(host: string, report: (message: string) => void): void {
  const url = parseUrl(`https://${host}/`);
  if (host.includes('*')) report('is compared as it stands: wildcards do not match');
  else if (url === null || url.host !== host || /[/?#@\\]/.test(host)) {
    report('must be a host as a URL has it, in lower case, with its port where that is not 443: agent.example.com');
  }
}

/** RFC 6749 section 3.1.2, RFC 8252 section 7.3: https, or http to this machine; no fragment. */
function checkRedirectUri(uri: string, index: number, report: Report): void {
  const path = ['redirectUris', index];
  const url = parseUrl(uri);
  if (url === null || /[\s\\]/.test(uri)) report(path, 'is not an absolute URL');
  else if (!/^[\x21-\x7e]+$/.test(uri)) report(path, `is compared as it is sent, in ASCII: write it as ${url.href}`);
  else if (uri.includes('#')) report(path, 'must not have a fragment');
  else if (url.username !== '' || url.password !== '') report(path, 'must not hold a user name or password');
  else if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    report(path, 'must begin with https://, or with http:// and a loopback address');
  } else if (uri.includes('*')) report(path, 'is compared as it stands: wildcards do not match');
  else if (url.port === '0') report(path, 'has port 0: leave the port out, any port matches then');
  else if (url.href !== uri && url.href !== `${uri}/`)
    report(path, `is compared as it stands: most programs send it as ${url.href}`, 'redirect-spelling');
  else if (url.protocol === 'http:' && url.hostname === 'localhost') {
    report(
      path,
      'RFC 8252 section 8.3 prefers the address to the name: http://127.0.0.1, and http://[::1]',
      'localhost-redirect',
    );
  }
}
