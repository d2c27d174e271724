import { createAccountSetup, ORIGIN, PASSWORD, type AccountSetup } from './account-setup.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup({ concealAccounts: true });
});
afterAll(() => setup.close());

const registration = (email: string) => ({ email, password: PASSWORD, origin: ORIGIN });

test('registering a free and a taken address answers the same; only the owner learns more', async () => {
  const free = await setup.identity.register(registration('owner@example.com'));
  const taken = await setup.identity.register(registration('owner@example.com'));
  expect(free).toEqual({ userId: null });
  expect(taken).toEqual(free);
  const mails = await setup.mailsTo('owner@example.com');
  expect(mails.map((mail) => mail.template)).toEqual(['verify-email', 'registration-attempt']);
});

test.each([
  ['profile', { profile: { fullName: 'x'.repeat(101) } }],
  ['consents', { consents: [{ purpose: 'p', granted: true, policyVersion: 'x'.repeat(51) }] }],
  ['password', { password: 'short' }],
])('a bad %s is refused alike for a free and a taken address', async (_what, input) => {
  await setup.identity.register(registration('known@example.com'));
  const attempts = ['known@example.com', 'unknown@example.com'].map((email) =>
    setup.identity.register({ ...registration(email), ...input }).catch((error: unknown) => error),
  );
  const [known, unknown] = await Promise.all(attempts);
  expect(known).toBeInstanceOf(Error);
  expect(known).toMatchObject({ ...(unknown as Error) });
});

test('who registered an address cannot tell by signing in whether it was free', async () => {
  const { identity } = setup.with({ concealAccounts: true, requireVerifiedEmail: true });
  const password = `${PASSWORD} of somebody else`;
  await identity.register(registration('taken@example.com'));
  for (const email of ['taken@example.com', 'free@example.com']) {
    await identity.register({ ...registration(email), password });
    await expect(identity.checkCredentials({ email, password, origin: ORIGIN })).rejects.toMatchObject({
      code: 'INVALID_CREDENTIALS',
    });
  }
});

test('the owner of a deleted account gets no mail', async () => {
  await setup.identity.register(registration('gone@example.com'));
  await setup.setStatus('gone@example.com', 'DELETED');
  expect(await setup.identity.register(registration('gone@example.com'))).toEqual({ userId: null });
  expect(await setup.mailsTo('gone@example.com')).toHaveLength(1);
});
