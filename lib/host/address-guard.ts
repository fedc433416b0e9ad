import { BlockList, isIP, isIPv4 } from 'node:net';
import { isLoopbackAddress } from '../loopback.ts';

/** Where a connection leads, by its IP address. */
type AddressKind = 'public' | 'loopback' | 'private';

/** IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast and the reserved class E. */
const NOT_PUBLIC_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;

/** Inside 2000::/3, which is all of IPv6 that is routed: protocol assignments with Teredo, 6to4, and documentation. */
const NOT_PUBLIC_IPV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

const notPublic = new BlockList();
for (const [network, prefix] of NOT_PUBLIC_IPV4) notPublic.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of NOT_PUBLIC_IPV6) notPublic.addSubnet(network, prefix, 'ipv6');
const routed = new BlockList();
routed.addSubnet('2000::', 3, 'ipv6');

/**
 * The kind of an address as `dns.lookup` or a URL writes it, without brackets. What is no address is private: nobody
 * dials it.
 */
export function addressKind(address: string): AddressKind {
  if (isLoopbackAddress(address)) return 'loopback';
  const embedded = embeddedIpv4(address);
  const plain = embedded ?? address;
  if (isIP(plain) === 0) return 'private';
  const family = isIPv4(plain) ? 'ipv4' : 'ipv6';
  if (family === 'ipv6' && !routed.check(plain, family)) return 'private';
  return notPublic.check(plain, family) ? 'private' : 'public';
}

/**
 * The IPv4 address inside an IPv4-mapped address (::ffff:0:0/96) or one of NAT64 (64:ff9b::/96, RFC 6052), which leads
 * there.
 */
function embeddedIpv4(address: string): string | null {
  if (isIP(address) !== 6) return null;
  // The URL parser writes the groups out in hexadecimal, whatever form came in.
  const url = `http://[${address.replace(/%.*$/, '')}]/`;
  if (!URL.canParse(url)) return null;
  const match = /^\[(?:::ffff|64:ff9b:):([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(new URL(url).hostname);
  if (match === null) return null;
  const [high, low] = [Number.parseInt(match[1] ?? '', 16), Number.parseInt(match[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}
