import { BlockList, isIP, isIPv4 } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * True for an IP address of this machine itself: 127.0.0.0/8, ::1, and an IPv4-mapped one of these (RFC 6890, RFC 4291
 * section 2.5.5.2). As a URL or a resolver writes it, without brackets; false for anything else.
 */
export function isLoopbackAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  return isIP(plain) !== 0 && loopback.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
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
