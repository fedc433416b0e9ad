const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = new RegExp(`^127(?:\\.${OCTET}){3}$`);

/** As a URL writes one (RFC 5952 but for the mapped ones, which are all hexadecimal there). */
const IPV6 = /^\[::(?:1|ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})\]$/;

/**
 * True for an IP address of this machine itself: 127.0.0.0/8, ::1, and an IPv4-mapped one of these (RFC 6890, RFC 4291
 * section 2.5.5.2). As a URL or a resolver writes it, without brackets; false for anything else. Not by `node:net`: the
 * command line would load it, and streams with it, for every start.
 */
export function isLoopbackAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  return IPV4.test(plain) || (/^[0-9a-f:.]+$/i.test(plain) && IPV6.test(canonicalIpv6(plain)));
}

function canonicalIpv6(address: string): string {
  const url = `http://[${address}]/`;
  return URL.canParse(url) ? new URL(url).hostname : '';
}

/**
 * True where a URL leads to this machine itself: a loopback address (RFC 8252 section 7.3), or `localhost`, the name
 * that RFC 6761 section 6.3 reserves for one. The one answer for settings, configurations, redirect URIs and addresses
 * dialled.
 */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || isLoopbackAddress(hostname.replace(/^\[(.*)\]$/, '$1'));
}

/**
 * True for what the issuer of a deployment may be: an https origin without a path and without a final slash; plain http
 * for a loopback host only (contract sections 1 and 5).
 */
export function isBrokerIssuer(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.origin !== text) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}
