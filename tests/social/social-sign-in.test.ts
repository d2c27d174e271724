import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { enroll } from '../auth/authenticator.js';
import { eventually } from '../setup/eventually.js';
import { createSocialSetup, NATIVE_URL, PUBLIC_URL, RETURN_URL, type SocialSetup } from './social-setup.js';

let setup: SocialSetup;

beforeAll(async () => {
  setup = await createSocialSetup();
});
afterAll(() => setup.stop());

function newPerson() {
  const name = randomUUID();
  const person = { subject: `acme|${name}`, email: `${name}@example.com` };
  setup.acme.signIn(person.subject, { email: person.email, email_verified: true });
  return person;
}

describe('an OpenID provider', () => {
  test('opens an account for a new person, without a password and with a proven address', async () => {
    const { email } = newPerson();
    const { user, session } = await setup.signInWith('acme');
    expect(user).toMatchObject({ email, isVerified: true, socialLogins: [{ provider: 'acme' }] });
    expect(session.authenticationMethods).toEqual(['fed']);
    expect(await setup.passwordSignIn(email)).toEqual({ code: 'INVALID_CREDENTIALS' });
  });

  test('finds the person again by their subject, whatever address the provider names by then', async () => {
    const { subject, email } = newPerson();
    const first = await setup.signInWith('acme');
    setup.acme.signIn(subject, { email: 'renamed@example.com', email_verified: false });
    const second = await setup.signInWith('acme');
    expect(second.user).toMatchObject({ id: first.user.id, email });
    expect(second.session.id).not.toBe(first.session.id);
  });

  test('may change its keys between two sign-ins', async () => {
    newPerson();
    const first = await setup.signInWith('acme');
    await setup.acme.changeKeys();
    expect((await setup.signInWith('acme')).user.id).toBe(first.user.id);
  });

  test('joins an account whose address both have proved, keeps its password, and tells the owner', async () => {
    const { email } = newPerson();
    await setup.register(email, true);
    const { user } = await setup.signInWith('acme');
    expect(user.id).toBe(await setup.findUserId(email));
    expect((await setup.passwordSignIn(email)).token).toBeDefined();
    await eventually(async () => {
      const { rows } = await setup.sql(
        `SELECT 1 FROM audit_events WHERE action = 'social_login.linked' AND subject_id = $1`,
        [user.id],
      );
      expect(rows).toHaveLength(1);
    });
  });

  test('two browsers of a new person at once get one account', async () => {
    newPerson();
    const results = await Promise.all([1, 2, 3].map(() => setup.signInWith('acme')));
    expect(new Set(results.map(({ user }) => user.id)).size).toBe(1);
  });

  test('its subject lies sealed in the database', async () => {
    const { subject } = newPerson();
    const { user } = await setup.signInWith('acme');
    const { rows } = await setup.sql('SELECT * FROM social_logins WHERE user_id = $1', [user.id]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(subject);
  });
});

describe('GitHub', () => {
  test('opens an account by the primary address that it verified, and finds it by the numeric id', async () => {
    const email = `${randomUUID()}@example.com`;
    const emails = [
      { email: 'other@example.com', primary: false, verified: true },
      { email, primary: true, verified: true },
    ];
    setup.github.signIn({ id: 4711, login: 'ada', emails });
    const first = await setup.signInWith('github');
    expect(first.user).toMatchObject({ email, isVerified: true, socialLogins: [{ provider: 'github' }] });
    setup.github.signIn({ id: 4711, login: 'countess', emails: [] });
    expect((await setup.signInWith('github')).user.id).toBe(first.user.id);
  });

  test('another account under a name that was free again is another person', async () => {
    const email = `${randomUUID()}@example.com`;
    setup.github.signIn({ id: 4712, login: 'grace', emails: [{ email, primary: true, verified: true }] });
    await setup.signInWith('github');
    setup.github.signIn({ id: 4713, login: 'grace', emails: [] });
    const back = await setup.travel(setup.newBrowser(), 'github');
    expect(back.searchParams.get('error')).toBe('PROVIDER_EMAIL_UNVERIFIED');
  });
});

describe('the application', () => {
  test('learns which providers there are', async () => {
    const { data } = await setup.graphql('{ socialProviders { name authorizationUrl } }');
    expect(data?.socialProviders).toEqual([
      { name: 'github', authorizationUrl: `${PUBLIC_URL}/auth/github/start` },
      { name: 'acme', authorizationUrl: `${PUBLIC_URL}/auth/acme/start` },
    ]);
  });

  test('names one of its addresses to come back to, and no other', async () => {
    newPerson();
    const back = await setup.travel(
      setup.newBrowser(),
      'acme',
      `?return_to=${encodeURIComponent(NATIVE_URL)}`,
    );
    expect(back.href).toMatch(/^com\.example\.app:\/signed-in\?code=cst_sc_\w{49}$/);
    for (const foreign of [
      'https://evil.example.com/',
      `${RETURN_URL}/`,
      `${RETURN_URL}?x=1`,
      '//app.example.com',
    ]) {
      const path = `/auth/acme/start?return_to=${encodeURIComponent(foreign)}`;
      expect((await setup.rest('GET', path)).body).toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });

  test('without cookies proves by a code verifier that it began', async () => {
    newPerson();
    const verifier = randomBytes(32).toString('base64url');
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const back = await setup.travel(setup.newBrowser(), 'acme', `?code_challenge=${challenge}`);
    const elsewhere = setup.newBrowser();
    expect((await setup.exchange(elsewhere, back)).errors?.[0]?.extensions.code).toBe('TOKEN_INVALID');
    const wrong = await setup.exchange(elsewhere, back, randomBytes(32).toString('base64url'));
    expect(wrong.errors?.[0]?.extensions.code).toBe('TOKEN_INVALID');
    const right = await setup.exchange(elsewhere, back, verifier);
    expect(right.data?.exchangeSocialLogin).toMatchObject({ __typename: 'LoginSuccess' });
  });

  test('gets a 404 for a provider that there is not', async () => {
    for (const path of ['/auth/nobody/start', '/auth/nobody/callback?code=1&state=2']) {
      expect(await setup.rest('GET', path)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    }
  });
});

test('whoever has no password sets one by mail, and may then sign in with it', async () => {
  const { email } = newPerson();
  const { user } = await setup.signInWith('acme');
  await setup.graphql(
    'mutation ($email: EmailAddress!) { requestPasswordReset(email: $email) { success } }',
    { email },
  );
  const input = { token: await setup.mailedToken('reset-password'), newPassword: 'a new one, long enough' };
  const reset = await setup.graphql(
    'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { success } }',
    { input },
  );
  expect(reset.errors).toBeUndefined();
  expect((await setup.passwordSignIn(email, input.newPassword)).token).toBeDefined();
  expect((await setup.signInWith('acme')).user).toMatchObject({
    id: user.id,
    socialLogins: [{ provider: 'acme' }],
  });
});

test('a suspended person stays out, and learns why', async () => {
  newPerson();
  const { user } = await setup.signInWith('acme');
  await setup.sql(`UPDATE users SET status = 'SUSPENDED', suspended_at = now() WHERE id = $1`, [user.id]);
  const back = await setup.travel(setup.newBrowser(), 'acme');
  expect(back.searchParams.get('error')).toBe('ACCOUNT_SUSPENDED');
  const { rows } = await setup.sql(
    `SELECT data FROM audit_events WHERE action = 'session.refused' AND subject_id = $1`,
    [user.id],
  );
  expect(rows).toEqual([{ data: { reason: 'ACCOUNT_SUSPENDED' } }]);
});

test('an account with a second factor is asked for it', async () => {
  newPerson();
  const { user, tokens } = await setup.signInWith('acme');
  const { recoveryCodes } = await enroll(setup, tokens.accessToken);

  const browser = setup.newBrowser();
  const back = await setup.travel(browser, 'acme');
  const query = `mutation ($code: String!) { exchangeSocialLogin(code: $code) { ... on MfaRequired { challenge methods } } }`;
  const { data } = await setup.ask(browser, query, { code: back.searchParams.get('code') });
  const { challenge, methods } = data?.exchangeSocialLogin as { challenge: string; methods: string[] };
  expect(methods).toEqual(['TOTP', 'RECOVERY_CODE']);
  const complete = `mutation ($input: CompleteMfaInput!) {
    completeMfa(input: $input) { user { id } session { authenticationMethods } } }`;
  const input = { challenge, method: 'RECOVERY_CODE', code: recoveryCodes[0] };
  expect((await setup.graphql(complete, { input })).data?.completeMfa).toEqual({
    user: { id: user.id },
    session: { authenticationMethods: ['fed', 'otp', 'mfa'] },
  });
});
