import { HOUR, MINUTE } from '../../src/clock.js';
import { AppError } from '../../src/errors.js';
import type { JsonObject } from '../../src/input/json-object.js';
import { enrolledUser } from '../auth/authenticator.js';
import { ORIGIN as PASSKEY_ORIGIN } from '../auth/passkeys/passkey-setup.js';
import {
  createAuthenticator,
  type Authenticator,
  type Deviation,
} from '../auth/passkeys/software-authenticator.js';
import {
  createAccountSetup,
  ORIGIN,
  PASSWORD as OWN_PASSWORD,
  type AccountSetup,
} from '../identity/account-setup.js';
import { PASSWORD } from '../setup/full-server.js';
import { startGuardedServer, type GuardedServer } from './guarded-server.js';

const CEILING = 100;
const ATTACKERS = 1_000;
/** As many passwords may wait to be hashed. */
const BATCH = 100;

let server: GuardedServer;
beforeAll(async () => {
  server = await startGuardedServer();
});
afterAll(() => server.stop());

/** One wrong password from each of many networks. Answers how often each code came. */
async function attack(email: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let start = 0; start < ATTACKERS; start += BATCH) {
    const batch = Array.from({ length: BATCH }, (_attacker, index) => {
      const number = start + index;
      return server.signIn(email, `guess ${number}`, `10.9.${number >> 8}.${number & 255}`);
    });
    for (const { code = 'none' } of await Promise.all(batch)) counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

test('an attack from 1,000 addresses uses up what strangers share, and not what the owner’s device has', async () => {
  const email = await server.register();
  const signedIn = await server.signIn(email, PASSWORD, '192.0.2.1');
  const device = signedIn.headers.get('x-device-token') ?? '';

  expect(await attack(email)).toEqual({
    INVALID_CREDENTIALS: CEILING,
    OTHER_PROOF_REQUIRED: ATTACKERS - CEILING,
  });

  const stranger = await server.signIn(email, PASSWORD, '192.0.2.2');
  expect(stranger).toMatchObject({ status: 403, code: 'OTHER_PROOF_REQUIRED' });
  expect(stranger.body.satisfiedBy).toBe('requestPasswordReset');
  expect((await server.signIn(email, PASSWORD, '192.0.2.3', device)).status).toBe(200);
  // The attack goes on, and still the next stranger is asked for another proof.
  expect((await server.signIn(email, PASSWORD, '192.0.2.2')).code).toBe('OTHER_PROOF_REQUIRED');

  const others = (await server.signIn(await server.register(), PASSWORD, '192.0.2.4')).headers;
  const foreign = await server.signIn(email, PASSWORD, '192.0.2.5', others.get('x-device-token') ?? '');
  expect(foreign.code).toBe('OTHER_PROOF_REQUIRED');
  const [body = '', signature = ''] = device.split('.');
  const forged = `${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  expect((await server.signIn(email, PASSWORD, '192.0.2.6', forged)).code).toBe('OTHER_PROOF_REQUIRED');

  await server.post('/api/v1/auth/reset-password', { email }, '192.0.2.2');
  const token = await server.mailedToken('reset-password');
  const newPassword = 'walrus-umbrella-notebook';
  const reset = { token, new_password: newPassword };
  expect((await server.post('/api/v1/auth/reset-password/confirm', reset, '192.0.2.2')).status).toBe(200);
  expect((await server.signIn(email, newPassword, '192.0.2.2')).status).toBe(200);
});

test('a known device has a budget of its own, and no more', async () => {
  const email = await server.register();
  const device = (await server.signIn(email, PASSWORD, '192.0.2.11')).headers.get('x-device-token') ?? '';
  const codes = [];
  for (let guess = 0; guess < 12; guess += 1) {
    codes.push((await server.signIn(email, `wrong ${guess}`, `198.51.100.${guess}`, device)).code);
  }
  expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(10);
  expect(codes.slice(10)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
});

test('in cookie mode the device is known by an HttpOnly cookie', async () => {
  const email = await server.register();
  const headers = {
    ...server.from('192.0.2.12'),
    'content-type': 'application/json',
    'x-auth-transport': 'cookie',
  };
  const body = JSON.stringify({ email, password: PASSWORD });
  const response = await fetch(`${server.url}/api/v1/auth/login`, { method: 'POST', headers, body });
  const cookie = response.headers.getSetCookie().find((text) => text.startsWith('__Host-custodia_device='));
  expect(cookie).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  expect(response.headers.get('x-device-token')).toBeNull();
});

describe('beside a network that is held off', () => {
  const NETWORK = '192.0.2.21';
  const nothing = () => Promise.resolve();

  let setup: AccountSetup;
  beforeAll(async () => {
    setup = await createAccountSetup();
  });
  afterAll(() => setup.close());

  /** Uses up the network's budget by `attempt`, which is refused, so that the next one would wait for minutes. */
  async function holdOff(attempt: () => Promise<unknown>, code: string): Promise<void> {
    for (let failure = 0; failure < 60; failure += 1) {
      if (failure >= 50) setup.clock.advance(5 * MINUTE);
      await expect(attempt()).rejects.toMatchObject({ code });
    }
  }

  test('the second step, too, is open to a known device', async () => {
    const { email, code } = await enrolledUser(setup, 'two-steps');
    const signIn = async (ipAddress: string, deviceToken: string | null, secondDeviceToken = deviceToken) => {
      const origin = { ...ORIGIN, ipAddress, deviceToken };
      const first = await setup.signIn.login({ email, password: OWN_PASSWORD, origin });
      if (!('challenge' in first)) throw new Error('No second factor was asked for.');
      const second = { ...origin, deviceToken: secondDeviceToken };
      const answer = { challenge: first.challenge, method: 'TOTP', code: code(), origin: second } as const;
      return setup.signIn.completeMfa(answer);
    };
    const { deviceToken = null } = (await signIn('192.0.2.20', null)).tokens;
    const origin = { ...ORIGIN, ipAddress: NETWORK };
    await holdOff(() => {
      const guess = { kind: 'password', account: null, origin, device: null } as const;
      return setup.guard.attempt(guess, () => Promise.reject(new AppError('INVALID_CREDENTIALS')), nothing);
    }, 'INVALID_CREDENTIALS');
    const stranger = signIn(NETWORK, deviceToken, null);
    await expect(stranger).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect((await signIn(NETWORK, deviceToken)).user.email).toBe(email);
  });

  test('a passkey signs its owner in on a known device, and there are ten guesses on it', async () => {
    const authenticator = createAuthenticator(PASSKEY_ORIGIN);
    const owner = await passkeyOwner('passkey', authenticator);
    const signIn = async (deviceToken: string | null, deviation: Deviation = {}, of = owner) => {
      const origin = { ...ORIGIN, ipAddress: NETWORK, deviceToken };
      const { ceremony, options } = await setup.passkeys.beginLogin({ email: null, challenge: null }, origin);
      const response = authenticator.get(options as never, of.credential, deviation) as JsonObject;
      return setup.passkeys.finishLogin({ ceremony, response }, origin);
    };
    setup.clock.advance(HOUR); // what the other test left of the network's budget
    const { deviceToken = null } = (await signIn(null)).tokens;
    await holdOff(() => signIn(null, { challenge: 'AAAA' }), 'PASSKEY_INVALID');
    await expect(signIn(null)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect((await signIn(deviceToken)).user.email).toBe(owner.email);

    const other = await passkeyOwner('another', authenticator);
    await expect(signIn(deviceToken, {}, other)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    const codes = [];
    for (let guess = 0; guess < 12; guess += 1) {
      const refused = signIn(deviceToken, { challenge: 'AAAA' });
      codes.push(await refused.catch(({ code }: AppError) => code));
    }
    expect(codes).toEqual([...Array<string>(10).fill('PASSKEY_INVALID'), 'RATE_LIMITED', 'RATE_LIMITED']);
  });

  async function passkeyOwner(name: string, authenticator: Authenticator) {
    const { email, userId } = await setup.newUser(name);
    const { session } = await setup.logIn(email);
    const viewer = { userId, sessionId: session.id, authTime: setup.clock.now(), amr: ['pwd'] };
    const caller = { viewer, origin: ORIGIN };
    const { ceremony, options } = await setup.passkeys.beginRegistration(caller, 'Laptop');
    const { credential, answer } = authenticator.create(options as never);
    await setup.passkeys.finishRegistration(caller, { ceremony, response: answer });
    return { email, credential };
  }
});
