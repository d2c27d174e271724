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

test('what is refused for the budget is not hashed, nor recorded', async () => {
  const address = '198.51.100.60';
  for (let guess = 0; guess < 5; guess += 1) await outcome('known@example.com', 'wrong', address);
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
