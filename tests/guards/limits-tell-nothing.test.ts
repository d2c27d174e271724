import { createAccountSetup, ORIGIN, PASSWORD, type AccountSetup } from '../identity/account-setup.js';
import type { AppError } from '../../src/errors.js';
import { SECOND } from '../../src/clock.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
  await setup.newUser('known');
  const { userId } = await setup.newUser('without-password');
  await setup.db.user.update({ where: { id: userId }, data: { passwordHash: null } });
  await setup.newUser('suspended');
  await setup.setStatus('suspended@example.com', 'SUSPENDED');
});
afterAll(() => setup.close());

const ADDRESSES = ['known', 'without-password', 'suspended', 'unknown'].map((name) => `${name}@example.com`);

async function outcome(email: string, password: string, ipAddress: string): Promise<unknown> {
  const origin = { ...ORIGIN, ipAddress };
  try {
    await setup.identity.checkCredentials({ email, password, origin });
    return 'signed in';
  } catch (error) {
    const { code, retryAfterSeconds, satisfiedBy } = error as AppError;
    return { code, satisfiedBy, waits: retryAfterSeconds !== undefined && retryAfterSeconds > 0 };
  }
}

test('every address is refused after as many guesses, by the same words', async () => {
  const histories = await Promise.all(
    ADDRESSES.map(async (email, index) => {
      const history = [];
      for (let guess = 0; guess < 7; guess += 1) {
        history.push(await outcome(email, `guess ${guess}`, `198.51.100.${index}`));
      }
      return history;
    }),
  );
  expect(new Set(histories.map((history) => JSON.stringify(history))).size).toBe(1);
  expect(histories[0]?.map((entry) => (entry as AppError).code)).toEqual([
    ...Array<string>(5).fill('INVALID_CREDENTIALS'),
    'RATE_LIMITED',
    'RATE_LIMITED',
  ]);
});

test('an address that nobody has gains no guesses by its spelling, as little as a known one', async () => {
  const histories = await Promise.all(
    ['known', 'unknown'].map(async (name, index) => {
      const spellings = [`${name}@example.com`, `${name.toUpperCase()}@example.com`, `${name}@EXAMPLE.com`];
      const history = [];
      for (let guess = 0; guess < 7; guess += 1) {
        history.push(await outcome(spellings[guess % 3] ?? '', 'wrong', `198.51.100.${80 + index}`));
      }
      return history;
    }),
  );
  expect(histories[1]).toEqual(histories[0]);
  expect(histories[1]?.slice(5)).toMatchObject([{ code: 'RATE_LIMITED' }, { code: 'RATE_LIMITED' }]);
});

test('the right password is refused as well while the wait lasts, and lets in after it', async () => {
  const address = '198.51.100.50';
  for (let guess = 0; guess < 5; guess += 1) await outcome('known@example.com', 'wrong', address);
  expect(await outcome('known@example.com', PASSWORD, address)).toMatchObject({ code: 'RATE_LIMITED' });
  setup.clock.advance(5 * SECOND);
  expect(await outcome('known@example.com', PASSWORD, address)).toBe('signed in');
  // Failures before are forgotten.
  for (let guess = 0; guess < 4; guess += 1) await outcome('known@example.com', 'wrong', address);
  expect(await outcome('known@example.com', PASSWORD, address)).toBe('signed in');
});

test('what is refused for the budget is not hashed, nor recorded each time', async () => {
  const address = '198.51.100.60';
  for (let guess = 0; guess < 6; guess += 1) await outcome('known@example.com', 'wrong', address);
  const before = await setup.db.auditEvent.count();
  const { identity } = setup.with({ hashConcurrency: 1, hashQueueLimit: 1 });
  const origin = { ...ORIGIN, ipAddress: address };
  // Twenty at once would overflow the queue if they reached it.
  const codes = await Promise.all(
    Array.from({ length: 20 }, () =>
      identity
        .checkCredentials({ email: 'known@example.com', password: 'wrong', origin })
        .catch((error: unknown) => (error as AppError).code),
    ),
  );
  expect(new Set(codes)).toEqual(new Set(['RATE_LIMITED']));
  expect(await setup.db.auditEvent.count()).toBe(before);
});

test('one network does not try many accounts for long', async () => {
  const address = '198.51.100.70';
  const guesses = Array.from({ length: 60 }, (_guess, index) =>
    outcome(`nobody-${index}@example.com`, 'wrong', address),
  );
  const codes = (await Promise.all(guesses)).map((entry) => (entry as AppError).code);
  expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(50);
  expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(10);
});

test('one network neither tries nor asks for passkeys for long', async () => {
  const origin = { ...ORIGIN, ipAddress: '198.51.100.90' };
  const answers = Array.from({ length: 80 }, () =>
    setup.passkeys
      .finishLogin({ ceremony: 'made up', response: {} }, origin)
      .catch((error: AppError) => error),
  );
  const codes = (await Promise.all(answers)).map((answer) => (answer as AppError).code);
  expect(codes.slice(0, 5)).toContain('TOKEN_INVALID');
  // A busy machine may let the first wait of a second pass.
  expect(codes.filter((code) => code === 'RATE_LIMITED').length).toBeGreaterThan(20);

  const asked = { email: null, challenge: null };
  await setup.passkeys.beginLogin(asked, origin);
  for (let count = 1; count < 1_000; count += 1) await setup.guard.limit('passkeyQuestion', origin);
  await expect(setup.passkeys.beginLogin(asked, origin)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await setup.passkeys.beginLogin(asked, { ...origin, ipAddress: '198.51.100.91' });
});
