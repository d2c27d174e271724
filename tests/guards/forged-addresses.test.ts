import { networkOf } from '../../src/security/client/client-network.js';
import { startGuardedServer, type GuardedServer } from './guarded-server.js';

test.each([
  ['an IPv4 address itself', '198.51.100.7', '198.51.100.7'],
  ['the 64 bits of an IPv6 address', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['however it is written', '2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['zeros left out in the middle', '2001:db8::5', '2001:db8:0:0::/64'],
  ['the IPv4 address that one of IPv6 stands for', '::ffff:c633:6407', '198.51.100.7'],
  ['without the zone of an interface', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['the loopback', '::1', '0:0:0:0::/64'],
  ['none', null, 'unknown'],
])('a network is %s', (_what, address, network) => {
  expect(networkOf(address)).toBe(network);
});

describe.each([
  ['0', [['any list', (index: number) => `203.0.113.${index}`]]],
  [
    '1',
    [
      ['what stands left of the proxy’s entry', (index: number) => `203.0.113.${index}, 198.51.100.9`],
      ['another address of the same IPv6 network', (index: number) => `2001:db8:0:7::${index + 1}`],
    ],
  ],
] as const)('behind %s proxies', (proxies, lists) => {
  let server: GuardedServer;
  beforeAll(async () => {
    server = await startGuardedServer({ TRUSTED_PROXIES: proxies });
  });
  afterAll(() => server.stop());

  test.each([...lists])('a client gains nothing by sending %s', async (what, forged) => {
    const email = `${what.replaceAll(/\W/g, '')}@example.com`;
    const codes = [];
    for (let guess = 0; guess < 7; guess += 1) {
      codes.push((await server.signIn(email, `guess ${guess}`, forged(guess))).code);
    }
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(5);
    expect(codes.slice(5)).toEqual(Array(2).fill('RATE_LIMITED'));
  });
});
