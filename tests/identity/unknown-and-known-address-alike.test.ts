import { createAccountSetup, ORIGIN, PASSWORD, type AccountSetup } from './account-setup.js';

let setup: AccountSetup;
beforeAll(async () => {
  // A hash takes long beside the reads before it, so that attempts made at once also meet in the queue.
  setup = await createAccountSetup({ argon2: { memoryKib: 32_768, timeCost: 6, parallelism: 1 } });
  await setup.newUser('known');
  const { userId } = await setup.newUser('without-password');
  await setup.db.user.update({ where: { id: userId }, data: { passwordHash: null } });
  await setup.newUser('suspended');
  await setup.setStatus('suspended@example.com', 'SUSPENDED');
  await setup.newUser('deleted');
  await setup.setStatus('deleted@example.com', 'DELETED');
});
afterAll(() => setup.close());

const ADDRESSES = ['known', 'without-password', 'suspended', 'deleted', 'unknown'].map(
  (name) => `${name}@example.com`,
);

test('signing in with a wrong password answers the same for every address', async () => {
  const refusals = await Promise.all(
    ADDRESSES.map((email) =>
      setup.identity
        .checkCredentials({ email, password: `${PASSWORD}!`, origin: ORIGIN })
        .catch((error: unknown) => error),
    ),
  );
  for (const refusal of refusals) {
    expect({ ...(refusal as Error), message: (refusal as Error).message }).toEqual({
      ...(refusals.at(-1) as Error),
      message: 'The e-mail address or the password is wrong.',
    });
  }
});

test('each refusal leaves one audit event, with the origin where there is a subject', async () => {
  const before = (await setup.db.auditEvent.findMany({ where: { action: 'session.refused' } })).map(
    ({ id }) => id,
  );
  for (const email of ADDRESSES) {
    await setup.identity
      .checkCredentials({ email, password: 'wrong', origin: ORIGIN })
      .catch(() => undefined);
  }
  const events = await setup.db.auditEvent.findMany({
    where: { action: 'session.refused', id: { notIn: before } },
  });
  expect(events).toHaveLength(ADDRESSES.length);
  for (const event of events) {
    expect(event.data).toEqual({ reason: 'INVALID_CREDENTIALS' });
    const held = await setup.db.auditOrigin.findUnique({ where: { eventId: event.id } });
    expect(held?.origin ?? null).toEqual(
      event.subjectId === null ? null : { ...ORIGIN, salt: expect.any(String) },
    );
  }
});

test('every refusal costs one hash, whoever is asked for', async () => {
  // Five checks fill one running and four waiting places of the queue; the sixth finds it full, which it could not if
  // any of the five had been answered without a hash.
  const { identity } = setup.with({ hashConcurrency: 1, hashQueueLimit: 4 });
  const attempt = (email: string) => identity.checkCredentials({ email, password: 'wrong', origin: ORIGIN });
  const outcomes = await Promise.allSettled([...ADDRESSES, 'sixth@example.com'].map(attempt));
  const codes = outcomes.map((outcome) => (outcome as { reason?: { code?: string } }).reason?.code).sort();
  expect(codes).toEqual([...Array<string>(5).fill('INVALID_CREDENTIALS'), 'OVERLOADED']);
});

test('only the right password learns that an account is suspended, deleted or not verified', async () => {
  const { identity } = setup.with({ requireVerifiedEmail: true });
  const attempt = (name: string) =>
    identity.checkCredentials({ email: `${name}@example.com`, password: PASSWORD, origin: ORIGIN });
  await expect(attempt('suspended')).rejects.toMatchObject({ code: 'ACCOUNT_SUSPENDED' });
  await expect(attempt('deleted')).rejects.toMatchObject({ code: 'ACCOUNT_DELETED' });
  await expect(attempt('known')).rejects.toMatchObject({ code: 'EMAIL_NOT_VERIFIED' });
});

test.each(['requestPasswordReset', 'requestEmailVerification'] as const)(
  '%s answers the same, and only an account in use gets mail',
  async (operation) => {
    const before = await Promise.all(ADDRESSES.map((email) => setup.mailsTo(email)));
    const answers = await Promise.all(
      ADDRESSES.map((email) => setup.identity[operation]({ email, origin: ORIGIN })),
    );
    expect(new Set(answers)).toEqual(new Set([undefined]));
    const after = await Promise.all(ADDRESSES.map((email) => setup.mailsTo(email)));
    expect(after.map((mails, index) => mails.length - (before[index]?.length ?? 0))).toEqual([1, 1, 0, 0, 0]);
  },
);
