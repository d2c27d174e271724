import { HOUR, MINUTE } from '../../src/clock.js';
import type { AppError } from '../../src/errors.js';
import { createAccountSetup, ORIGIN, type AccountSetup } from '../identity/account-setup.js';
import { recordStatements } from '../setup/record-statements.js';

/** Failures of one network that need no wait, and events that it leaves in an hour. */
const FREE_OF_NETWORK = 50;
const MOST_EVENTS = 60;

/** How it is counted whether a refusal leaves an event: by two budgets. An attempt with a password takes from three. */
const TAKES_TWO = /attempt_counters.*take_1(?!.*take_2)/s;

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

const from = (ipAddress: string) => ({ ...ORIGIN, ipAddress });

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error as AppError).code,
  );

const guess = (email: string, ipAddress: string) =>
  codeOf(setup.identity.checkCredentials({ email, password: 'wrong', origin: from(ipAddress) }));

/** What was recorded of attempts that nobody looked at, since there was no event but `before`. */
async function heldOff(before: number, action = 'session.refused') {
  const events = await setup.db.auditEvent.findMany({
    where: { action },
    orderBy: { id: 'asc' },
    skip: before,
    select: { id: true, subjectId: true, actorId: true, data: true },
  });
  return events.filter(({ data }) => (data as { reason: string }).reason === 'RATE_LIMITED');
}
const countEvents = () => setup.db.auditEvent.count({ where: { action: 'session.refused' } });

/** Lets a network fail until it has to wait five minutes. */
async function useUp(ipAddress: string): Promise<void> {
  const fail = (index: number) => guess(`nobody-${ipAddress}-${index}@example.com`, ipAddress);
  const codes = await Promise.all(Array.from({ length: FREE_OF_NETWORK }, (_guess, index) => fail(index)));
  for (let index = FREE_OF_NETWORK; index < FREE_OF_NETWORK + 9; index += 1) {
    setup.clock.advance(5 * MINUTE);
    codes.push(await fail(index));
  }
  expect(new Set(codes)).toEqual(new Set(['INVALID_CREDENTIALS']));
}

test('that an account is held off is an event about it, once an hour however often and from wherever it is tried', async () => {
  const { userId, email } = await setup.newUser('attacked');
  const attack = async (ipAddress: string) => {
    for (let time = 0; time < 5; time += 1) await guess(email, ipAddress);
    const codes = await Promise.all(Array.from({ length: 10 }, () => guess(email, ipAddress)));
    expect(new Set(codes)).toEqual(new Set(['RATE_LIMITED']));
  };
  await attack('198.51.100.1');
  await attack('198.51.100.2');
  const [event, ...more] = await heldOff(0);
  expect(more).toEqual([]);
  expect(event).toMatchObject({ subjectId: userId, actorId: null });
  // With the address, sealed for the person.
  expect(await setup.db.auditOrigin.count({ where: { eventId: event!.id, userId } })).toBe(1);

  setup.clock.advance(HOUR);
  await attack('198.51.100.3');
  expect(await heldOff(0)).toHaveLength(2);
});

test('addresses that nobody has leave one event of the network together, and it names nobody', async () => {
  const before = await countEvents();
  const address = '198.51.100.10';
  await useUp(address);
  for (let index = 0; index < 5; index += 1) {
    expect(await guess(`other-${index}@example.com`, address)).toBe('RATE_LIMITED');
  }
  expect(await heldOff(before)).toMatchObject([{ subjectId: null, actorId: null }]);
});

test('a network that tries one account after the other fills no log, and its refusals cost the guard nothing', async () => {
  const before = await countEvents();
  const address = '198.51.100.20';
  await useUp(address);
  const emails = Array.from({ length: MOST_EVENTS + 5 }, (_email, index) => `victim-${index}@example.com`);
  for (const email of emails) await setup.db.user.create({ data: { email }, select: { id: true } });
  const attack = (given: string[]) =>
    recordStatements(TAKES_TWO, async () => {
      for (const email of given) expect(await guess(email, address)).toBe('RATE_LIMITED');
    });
  // Each account's first refusal asks the store whether it is to leave an event, until the network may leave none.
  expect(await attack(emails)).toHaveLength(MOST_EVENTS + 1);
  const events = await heldOff(before);
  expect(events).toHaveLength(MOST_EVENTS);
  expect(new Set(events.map(({ subjectId }) => subjectId)).size).toBe(MOST_EVENTS);

  expect(await attack([...emails.slice(0, 5), ...emails.slice(-5)])).toEqual([]);
});

test('passkeys and second factors that are held off are recorded too', async () => {
  const address = '198.51.100.30';
  await useUp(address);
  const passkey = () => setup.passkeys.finishLogin({ ceremony: 'none', response: {} }, from(address));
  expect([await codeOf(passkey()), await codeOf(passkey())]).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  expect(await heldOff(0, 'passkey.refused')).toMatchObject([{ subjectId: null }]);

  for (let count = 0; count < 1_000; count += 1) await setup.guard.limit('passkeyQuestion', from(address));
  const asked = { email: null, challenge: null };
  for (let time = 0; time < 2; time += 1) {
    expect(await codeOf(setup.passkeys.beginLogin(asked, from(address)))).toBe('RATE_LIMITED');
  }
  expect(await heldOff(0, 'passkey.refused')).toHaveLength(2);

  const challenge = { challenge: 'none', method: 'TOTP', code: '000000', origin: from(address) } as const;
  expect(await codeOf(setup.signIn.completeMfa(challenge))).toBe('RATE_LIMITED');
  expect(await heldOff(0, 'mfa.refused')).toMatchObject([{ subjectId: null }]);
});

test('an event that could not be written is not counted as written', async () => {
  const address = '198.51.100.40';
  await useUp(address);
  const attempt = { kind: 'password', account: null, origin: from(address), device: null } as const;
  const reasons: string[] = [];
  const record = (reason: string) => {
    reasons.push(reason);
    return reasons.length === 1 ? Promise.reject(new Error('no database')) : Promise.resolve();
  };
  const tries = [1, 2, 3].map(() => () => setup.guard.attempt(attempt, () => Promise.resolve(), record));
  await expect(tries[0]!()).rejects.toThrow('no database');
  await expect(tries[1]!()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await expect(tries[2]!()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  expect(reasons).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
});
