import { isIPv4, isIPv6 } from 'node:net';

/** An IPv4 or IPv6 address as a number of 32 or 128 bits. */
export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** The addresses that agree with `network` but for the last `hostBits`. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly network: bigint;
  readonly hostBits: bigint;
}

const PREFIX_LENGTH = /^(?:0|[1-9][0-9]*)$/;

/**
 * Reads one address in text (RFC 4291 section 2.2 for IPv6, without a zone). An IPv4-mapped address is an IPv6 address.
 * null for anything else.
 */
export function parseAddress(text: string): Address | null {
  if (isIPv4(text)) return { family: 4, bits: ipv4Bits(text) };
  if (isIPv6(text) && !text.includes('%')) return { family: 6, bits: ipv6Bits(text) };
  return null;
}

/**
 * Reads CIDR notation (RFC 4632), or an address by itself. Bits beyond the prefix do not count, as in IAM. null for
 * anything else.
 */
export function parseRange(text: string): AddressRange | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash === -1 ? text : text.slice(0, slash));
  if (address === null) return null;
  const width = address.family === 4 ? 32 : 128;
  const prefix = slash === -1 ? String(width) : text.slice(slash + 1);
  if (!PREFIX_LENGTH.test(prefix) || Number(prefix) > width) return null;
  const hostBits = BigInt(width - Number(prefix));
  return { family: address.family, network: address.bits >> hostBits, hostBits };
}

/** True where the address lies in the range. IPv4 and IPv6 never match each other. */
export const inAddressRange = (address: Address, range: AddressRange): boolean =>
  address.family === range.family && address.bits >> range.hostBits === range.network;

const ipv4Bits = (text: string): bigint => text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);

function ipv6Bits(text: string): bigint {
  const [first = [], last = []] = text.split('::').map(groups);
  const gap = new Array<bigint>(8 - first.length - last.length).fill(0n);
  return [...first, ...gap, ...last].reduce((bits, group) => (bits << 16n) | group, 0n);
}

/** Groups of 16 bits; an IPv4 address at the end is two. */
function groups(text: string): bigint[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [BigInt(`0x${group}`)];
    const bits = ipv4Bits(group);
    return [bits >> 16n, bits & 0xffffn];
  });
}
