import { randomUUID } from 'node:crypto';
import { enroll } from '../auth/authenticator.js';
import { PASSWORD } from '../setup/full-server.js';
import { createSocialSetup, type SocialSetup } from '../social/social-setup.js';
import { eventually } from '../setup/eventually.js';

// Sudhodanan and Paverd: “Pre-hijacked accounts”, USENIX Security 2022, §4. In each attack somebody opens an account
// under the address of a victim who has none yet, and waits for the victim to come and use it.

let setup: SocialSetup;

beforeAll(async () => {
  setup = await createSocialSetup();
});
afterAll(() => setup.stop());

const NEW_PASSWORD = 'the victim chose this one';
const RESET = 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { success } }';
const VIEWER = '{ viewer { email } }';

const newVictim = () => {
  const name = randomUUID();
  return { email: `${name}@example.com`, subject: `acme|${name}` };
};

/** The victim comes in by the provider, which vouches for the address. */
async function comesByProvider({ email, subject }: ReturnType<typeof newVictim>) {
  setup.acme.signIn(subject, { email, email_verified: true });
  return setup.signInWith('acme');
}

/** The victim finds the address taken, and asks for a new password by mail. */
async function comesByReset({ email }: ReturnType<typeof newVictim>): Promise<void> {
  await setup.forgetMails();
  const request = 'mutation ($email: EmailAddress!) { requestPasswordReset(email: $email) { success } }';
  await setup.graphql(request, { email });
  const input = { token: await setup.mailedToken('reset-password'), newPassword: NEW_PASSWORD };
  expect((await setup.graphql(RESET, { input })).errors).toBeUndefined();
}

/** The victim takes the mail of somebody else's registration for a greeting, verifies, and only then asks for a reset. */
async function verifiesThenResets(victim: ReturnType<typeof newVictim>): Promise<void> {
  await verifiesByMail(victim);
  await comesByReset(victim);
}

async function verifiesByMail(victim: ReturnType<typeof newVictim>): Promise<void> {
  await setup.forgetMails();
  const request = 'mutation ($email: EmailAddress!) { requestEmailVerification(email: $email) { success } }';
  await setup.graphql(request, { email: victim.email });
  const verify = 'mutation ($token: String!) { verifyEmail(token: $token) { success } }';
  // The mail of the registration, whose link is void by now, may arrive before the one that was asked for.
  await eventually(async () => {
    const token = await setup.mailedToken('verify-email');
    expect((await setup.graphql(verify, { token })).errors).toBeUndefined();
  });
}

const WAYS = ['provider', 'reset', 'verify, then reset'] as const;

async function comesBy(way: (typeof WAYS)[number], victim: ReturnType<typeof newVictim>): Promise<void> {
  if (way === 'provider') await comesByProvider(victim);
  else if (way === 'reset') await comesByReset(victim);
  else await verifiesThenResets(victim);
}

async function isSignedIn(token: string): Promise<boolean> {
  const { data } = await setup.graphql(VIEWER, {}, token);
  return data?.viewer !== null && data?.viewer !== undefined;
}

/** The attacker opens the account, and is signed in to it. */
async function attackerRegisters(email: string): Promise<{ token: string; refreshToken: string }> {
  await setup.register(email, false);
  const { body } = await setup.rest('POST', '/api/v1/auth/login', { email, password: PASSWORD });
  return { token: String(body?.access_token), refreshToken: String(body?.refresh_token) };
}

async function expectOut(email: string, session: { token: string; refreshToken: string }): Promise<void> {
  expect(await setup.passwordSignIn(email)).toEqual({ code: 'INVALID_CREDENTIALS' });
  expect(await isSignedIn(session.token)).toBe(false);
  const refreshed = await setup.rest('POST', '/api/v1/auth/refresh', { refresh_token: session.refreshToken });
  expect(refreshed.status).toBe(400);
}

test('classic-federated merge: the password of whoever registered first is void when the owner comes by a provider', async () => {
  const victim = newVictim();
  const session = await attackerRegisters(victim.email);
  const { user, tokens } = await comesByProvider(victim);
  expect(user).toMatchObject({ email: victim.email, isVerified: true });
  await expectOut(victim.email, session);
  expect(await isSignedIn(tokens.accessToken)).toBe(true);
});

test.each(WAYS)(
  'unexpired session identifier: sessions opened before the owner came by %s have ended',
  async (way) => {
    const victim = newVictim();
    const session = await attackerRegisters(victim.email);
    await comesBy(way, victim);
    await expectOut(victim.email, session);
  },
);

describe('trojan identifier: a link that the attacker added', () => {
  test('cannot be added while the address is unproven', async () => {
    const { token } = await attackerRegisters(newVictim().email);
    setup.acme.signIn('acme|trojan', { email: 'attacker@example.com', email_verified: true });
    await expect(setup.linkWith(setup.newBrowser(), 'acme', token)).rejects.toThrow('EMAIL_NOT_VERIFIED');
  });

  const ORDERS = [...WAYS, 'verify, then provider'] as const;

  test.each(ORDERS)('is gone when the owner came by %s, had it got there', async (way) => {
    const victim = newVictim();
    await attackerRegisters(victim.email);
    const userId = await setup.findUserId(victim.email);
    const providerId = `acme|trojan-${way.replaceAll(/\W+/g, '-')}`;
    await setup.app.db.socialLogin.create({
      data: { userId, provider: 'acme', providerId, addressProved: false },
      select: { id: true },
    });
    // A code that is on its way already is no way in either.
    setup.acme.signIn(providerId, {});
    const attacker = setup.newBrowser();
    const back = await setup.travel(attacker, 'acme');
    expect(back.searchParams.get('code')).not.toBeNull();

    if (way === 'verify, then provider') {
      await verifiesByMail(victim);
      await comesByProvider(victim);
    } else await comesBy(way, victim);
    expect((await setup.exchange(attacker, back)).errors?.[0]?.extensions.code).toBe('TOKEN_INVALID');
    setup.acme.signIn(providerId, {});
    const again = await setup.travel(setup.newBrowser(), 'acme');
    expect(again.searchParams.get('error')).toBe('PROVIDER_EMAIL_UNVERIFIED');
  });
});

test.each(WAYS)(
  'second factors and passkeys that the attacker added are gone when the owner came by %s',
  async (way) => {
    const victim = newVictim();
    const { token } = await attackerRegisters(victim.email);
    await enroll(setup, token);
    const passkey = {
      name: 'trojan',
      credentialId: randomUUID(),
      publicKey: 'AA',
      transports: [],
      isSynced: false,
    };
    const userId = await setup.findUserId(victim.email);
    await setup.app.db.passkey.create({ data: { userId, ...passkey }, select: { id: true } });
    await comesBy(way, victim);
    const { rows } = await setup.sql(
      `SELECT 1 FROM totp_authenticators UNION ALL SELECT 1 FROM recovery_codes
      UNION ALL SELECT 1 FROM mfa_challenges UNION ALL SELECT 1 FROM passkeys`,
    );
    expect(rows).toEqual([]);
    if (way !== 'provider')
      expect(await setup.passwordSignIn(victim.email, NEW_PASSWORD)).toHaveProperty('token');
  },
);

test.each(WAYS)(
  'unexpired email change: a change under way is void when the owner came by %s',
  async (way) => {
    const victim = newVictim();
    const { token } = await attackerRegisters(victim.email);
    await setup.forgetMails();
    const asked = await setup.graphql(
      `mutation ($newEmail: EmailAddress!, $password: String!) {
        requestEmailChange(newEmail: $newEmail, password: $password) { success } }`,
      { newEmail: `${randomUUID()}@attacker.example.com`, password: PASSWORD },
      token,
    );
    expect(asked.errors).toBeUndefined();
    const change = await setup.mailedToken('confirm-email-change');
    await comesBy(way, victim);
    const confirmed = await setup.graphql(
      'mutation ($token: String!) { confirmEmailChange(token: $token) { success } }',
      { token: change },
    );
    expect(confirmed.errors?.[0]?.extensions.code).toBe('TOKEN_INVALID');
    expect(await setup.findUserId(victim.email)).toEqual(expect.any(String));
  },
);

describe('non-verifying identity provider', () => {
  test('cannot open an account under an address for which it does not vouch', async () => {
    const victim = newVictim();
    setup.acme.signIn('acme|impostor', { email: victim.email, email_verified: false });
    const back = await setup.travel(setup.newBrowser(), 'acme');
    expect(back.searchParams.get('error')).toBe('PROVIDER_EMAIL_UNVERIFIED');
    expect(
      (await setup.rest('POST', '/api/v1/auth/register', { email: victim.email, password: PASSWORD })).status,
    ).toBe(201);
  });

  test.each([false, undefined])(
    'gets into no account that there is (email_verified: %s)',
    async (email_verified) => {
      for (const isVerified of [true, false]) {
        const { email } = newVictim();
        await setup.register(email, isVerified);
        setup.acme.signIn('acme|impostor', { email, email_verified });
        const back = await setup.travel(setup.newBrowser(), 'acme');
        expect(back.searchParams.get('error')).toBe('PROVIDER_EMAIL_UNVERIFIED');
        expect((await setup.passwordSignIn(email)).token).toBeDefined();
        const { rows } = await setup.sql('SELECT 1 FROM social_logins WHERE user_id = $1', [
          await setup.findUserId(email),
        ]);
        expect(rows).toEqual([]);
      }
    },
  );
});
