import { isIP } from 'node:net';

/**
 * The client's address: the socket's, or with `trustedProxies` = n the n-th from the right of
 * X-Forwarded-For. What stands further left was written by the client itself and proves nothing.
 * Null when what stands there is no IP address.
 */
export function findClientAddress(
  remoteAddress: string | undefined,
  forwardedFor: string | undefined,
  trustedProxies: number,
): string | null {
  const hops = [...(forwardedFor?.split(',') ?? []), remoteAddress ?? ''];
  const address = hops[Math.max(0, hops.length - 1 - trustedProxies)] ?? '';
  return normalizeAddress(address.trim());
}

function normalizeAddress(address: string): string | null {
  // Some proxies add the port: 192.0.2.1:51234, [2001:db8::1]:51234.
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(mapped) === 0 ? null : mapped.toLowerCase();
}
