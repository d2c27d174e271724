import { eventually } from '../setup/eventually.js';
import { createAccountSetup, ORIGIN, type AccountSetup } from '../identity/account-setup.js';
import { startGuardedServer, type GuardedServer } from './guarded-server.js';

let setup: AccountSetup;
let server: GuardedServer;
beforeAll(async () => {
  setup = await createAccountSetup();
  server = await startGuardedServer({ GUARD_REGISTRATIONS_PER_HOUR: '3', GUARD_MAIL_REQUESTS_PER_HOUR: '4' });
});
afterAll(async () => {
  await setup.close();
  await server.stop();
});

test.each([
  ['requestPasswordReset', 'reset-password', 5],
  ['requestEmailVerification', 'verify-email', 6], // with the one of the registration
] as const)(
  '%s mails one address five times an hour and says nothing of it',
  async (operation, template, most) => {
    const { email } = await setup.newUser(`asked-by-${operation.toLowerCase()}`);
    for (let request = 0; request < 8; request += 1) {
      const origin = { ...ORIGIN, ipAddress: `198.51.100.${request}` };
      expect(await setup.identity[operation]({ email, origin })).toBeUndefined();
    }
    await eventually(async () =>
      expect((await setup.mailsTo(email)).filter((mail) => mail.template === template)).toHaveLength(most),
    );
  },
);

test('registrations from one network are counted, taken addresses too', async () => {
  const register = (email: string, address: string) =>
    server.post('/api/v1/auth/register', { email, password: 'walrus-umbrella-notebook' }, address);
  expect((await register('one@example.com', '203.0.113.1')).status).toBe(201);
  expect((await register('one@example.com', '203.0.113.1')).status).toBe(409);
  expect((await register('two@example.com', '203.0.113.1')).status).toBe(201);
  const refused = await register('three@example.com', '203.0.113.1');
  expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_500);
  expect((await register('three@example.com', '203.0.113.2')).status).toBe(201);
});

test('requests for mails from one network are counted, over GraphQL too, which says when to come again', async () => {
  const ask = (email: string) => server.post('/api/v1/auth/reset-password', { email }, '203.0.113.9');
  for (let request = 0; request < 4; request += 1) {
    expect((await ask(`nobody-${request}@example.com`)).status).toBe(202);
  }
  expect(await ask('nobody@example.com')).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  const query = 'mutation ($email: EmailAddress!) { requestPasswordReset(email: $email) { success } }';
  const answer = await server.post(
    '/graphql',
    { query, variables: { email: 'x@example.com' } },
    '203.0.113.9',
  );
  expect(answer.body).toMatchObject({
    errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }],
  });
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3_500);
});
