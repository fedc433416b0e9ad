import { isLoopback } from '../loopback.ts';
import type { EpochSeconds } from '../time.ts';
import type { Report } from './problem.ts';
import type { ProblemCode } from './problem-codes.ts';

/** What a configuration is loaded for, and when. */
export interface Deployment {
  /**
   * The broker's issuer, or null where `policy validate` was not told. It decides which addresses may be plain http.
   */
  readonly issuer: string | null;
  /** What has ended by now does not load: metadata of identity providers, their certificates. */
  readonly now: EpochSeconds;
}

/**
 * Stands in for the issuer's host where a configuration is only validated; documents made with it are never applied.
 */
const UNKNOWN_HOST = 'issuer.invalid';

/** Parses an absolute URL; null where it is none. */
export function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

/** Host of the deployment's issuer, with its port if it has one: the default `serverId`. */
export function issuerHost(deployment: Deployment): string {
  return (deployment.issuer === null ? null : parseUrl(deployment.issuer)?.host) ?? UNKNOWN_HOST;
}

/** The issuer as an audience. */
export function issuerOrigin(deployment: Deployment): string {
  return deployment.issuer ?? `https://${UNKNOWN_HOST}`;
}

/**
 * Checks an address that the broker will fetch or compare as an issuer: https, no user, no fragment, no blanks; plain
 * http only for loopback, and only where the broker's own issuer is loopback. Reports at `path` below the given report;
 * returns the URL where it is acceptable.
 */
export function checkAddress(
  text: string,
  deployment: Deployment,
  report: (message: string, code: ProblemCode) => void,
): URL | null {
  const url = checkForm(text, report);
  if (url === null || url.protocol === 'https:') return url;
  if (url.protocol !== 'http:' || !isLoopback(url)) return refuse(report, 'must begin with https://');
  if (deployment.issuer === null) {
    report('plain http is accepted only where the issuer of the broker is loopback too', 'loopback-http');
    return url;
  }
  const own = parseUrl(deployment.issuer);
  if (own?.protocol === 'http:' && isLoopback(own)) return url;
  return refuse(report, 'must begin with https:// (plain http only in the local stack)');
}

/**
 * Checks an issuer that is compared and never fetched, because its keys are named beside it: as `checkAddress`, and
 * plain http of any host is a name like another (AD FS has such).
 */
export function checkComparedIssuer(text: string, report: (message: string, code: ProblemCode) => void): URL | null {
  const url = checkForm(text, report);
  if (url === null || url.protocol === 'https:' || url.protocol === 'http:') return url;
  return refuse(report, 'must begin with https:// or http://');
}

/** Entra ID's names for any tenant: its documents say `{tenantid}` then, and no token says either. */
const ANY_TENANT = /^https:\/\/login\.microsoftonline\.[a-z]+\/(common|organizations|consumers)(\/|$)/i;

/** What is no issuer of any token, though it is an address; null: it may be one. */
export function neverAnIssuer(text: string): string | null {
  if (/[{}<>]/.test(text)) return 'has a placeholder: write what it stands for';
  if (/\/\.well-known\//.test(text))
    return 'is the address of a document: the issuer is what stands before /.well-known/';
  const [, any] = ANY_TENANT.exec(text) ?? [];
  return any === undefined ? null : `has ${any}, which no token says: name the tenant by its id`;
}

function checkForm(text: string, report: (message: string, code: ProblemCode) => void): URL | null {
  const url = parseUrl(text);
  if (url === null || /[\s\p{Cc}\\]/u.test(text)) return refuse(report, 'is not an absolute URL');
  if (url.username !== '' || url.password !== '') return refuse(report, 'must not hold a user name or password');
  if (url.hash !== '' || text.includes('#')) return refuse(report, 'must not have a fragment');
  return url;
}

function refuse(report: (message: string, code: ProblemCode) => void, message: string): null {
  report(message, 'bad-address');
  return null;
}

/** `checkAddress` at a field of a document. */
export const checkAddressAt = (
  text: string,
  deployment: Deployment,
  report: Report,
  path: readonly (string | number)[],
) => checkAddress(text, deployment, (message, code) => report(path, message, code));
