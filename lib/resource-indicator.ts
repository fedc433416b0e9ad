/** Scheme, host with its port, and the rest, as written. */
const WEB = /^(https?):\/\/([^/?#@\\]+)(.*)$/is;
const DEFAULT_PORT = { http: /:(?:80)?$/, https: /:(?:443)?$/ } as const;

/**
 * Whether two resource indicators (RFC 8707 section 2) name one resource: character for character, but that of a web
 * address the letters of scheme and host have no case, the scheme's own port is none, and an origin with and without
 * its slash is one (RFC 3986 sections 6.2.2.1 and 6.2.3), as URL parsers write it. No deeper path loses a slash.
 */
export const isSameResource = (one: string, other: string): boolean =>
  one === other || canonicalResource(one) === canonicalResource(other);

/** The one writing of all that name the same resource. */
export function canonicalResource(resource: string): string {
  const [, scheme = '', host = '', rest = ''] = WEB.exec(resource) ?? [];
  if (host === '') return resource;
  const origin = scheme.toLowerCase() === 'https' ? originOf('https', host) : originOf('http', host);
  return rest === '/' ? origin : origin + rest;
}

const originOf = (scheme: 'http' | 'https', host: string): string =>
  `${scheme}://${host.toLowerCase().replace(DEFAULT_PORT[scheme], '')}`;
