import { isIPv6 } from 'node:net';

/**
 * The network that a client's address stands for: an IPv4 address itself, of an IPv6 address the first 64 bits, which
 * one subscriber has for free. An unknown address is a network of its own kind, `unknown`.
 */
export function networkOf(address: string | null): string {
  if (address === null) return 'unknown';
  if (!isIPv6(address)) return address;
  const [bare = ''] = address.split('%'); // a zone names an interface of this machine
  const groups = expand(new URL(`http://[${bare}]/`).hostname.slice(1, -1));
  const isMappedIPv4 = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff';
  if (isMappedIPv4) return toIPv4(groups.slice(6));
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** The eight groups of an address in the form that URLs have: hexadecimal, without leading zeros. */
function expand(address: string): string[] {
  const [left = '', right] = address.split('::');
  const head = left === '' ? [] : left.split(':');
  if (right === undefined) return head;
  const tail = right === '' ? [] : right.split(':');
  return [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
}

function toIPv4(groups: string[]): string {
  return groups
    .map((group) => Number.parseInt(group, 16))
    .flatMap((value) => [value >> 8, value & 255])
    .join('.');
}
