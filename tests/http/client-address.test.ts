import { findClientAddress } from '../../src/security/client/client-address.js';

test.each([
  ['the socket, when no proxy is trusted', '203.0.113.9', '198.51.100.1', 0, '203.0.113.9'],
  ['what the one trusted proxy saw', '10.0.0.1', '198.51.100.1', 1, '198.51.100.1'],
  ['not what the client claims', '10.0.0.1', '1.2.3.4, 198.51.100.1', 1, '198.51.100.1'],
  ['past two proxies', '10.0.0.1', '1.2.3.4, 198.51.100.1, 10.0.0.2', 2, '198.51.100.1'],
  ['the leftmost, when there are fewer hops than proxies', '10.0.0.1', '198.51.100.1', 5, '198.51.100.1'],
  ['the socket, when a proxy adds nothing', '10.0.0.1', undefined, 1, '10.0.0.1'],
  ['an IPv4 address within IPv6', '::ffff:203.0.113.9', undefined, 0, '203.0.113.9'],
  ['an address with a port', '10.0.0.1', '198.51.100.1:5123', 1, '198.51.100.1'],
  ['an IPv6 address with a port', '10.0.0.1', '[2001:DB8::1]:5123', 1, '2001:db8::1'],
  ['nothing, for what is no address', '10.0.0.1', "' OR 1=1 --", 1, null],
  ['nothing, for a socket without one', undefined, undefined, 0, null],
])('%s', (_what, remote, forwardedFor, trustedProxies, address) => {
  expect(findClientAddress(remote, forwardedFor, trustedProxies)).toBe(address);
});
