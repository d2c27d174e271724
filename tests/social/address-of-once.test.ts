import { createOpaqueToken } from '../../src/security/tokens/opaque-token.js';
import type { OidcSettings } from '../../src/config/social-settings.js';
import { createAccountSetup, ORIGIN, type AccountSetup } from '../identity/account-setup.js';
import { createBrowser } from './browser.js';
import { CLIENT, startOpenIdPeer, type OpenIdPeer } from './peer-openid.js';
import { PUBLIC_URL, RETURN_URL } from './social-setup.js';

// A provider like Google, which has checked every address once and hosts only some of the mailboxes.

let google: OpenIdPeer;
let setup: AccountSetup;

beforeAll(async () => {
  google = await startOpenIdPeer(`${PUBLIC_URL}/auth/google/callback`);
  const settings: OidcSettings = {
    kind: 'oidc', name: 'google', issuer: google.issuer, trustsEmail: 'authoritative', ...CLIENT,
  }; // prettier-ignore
  setup = await createAccountSetup({ social: { providers: [settings], returnUrls: [RETURN_URL] } });
});
afterAll(async () => {
  await setup.close();
  await google.stop();
});

/** Goes to the provider and back; answers what the application is told, and what it may ask for with that. */
async function arrive(
  email: string,
  { subject = `google|${email}`, hd }: { subject?: string; hd?: string } = {},
  { social } = setup.identity,
) {
  google.signIn(subject, { email, email_verified: true, ...(hd === undefined ? {} : { hd }) });
  const browserSecret = createOpaqueToken('browser');
  const trip = { provider: 'google', browserSecret };
  const there = await social.depart({ ...trip, returnTo: null, codeChallenge: null, origin: ORIGIN });
  const { searchParams: answer } = await createBrowser({ [google.issuer]: google.issuer }).visit(there);
  const back = new URL(await social.arrive({ ...trip, answer, origin: ORIGIN })).searchParams;
  return { back, browserSecret };
}

const travel = async (email: string, identity = setup.identity) => (await arrive(email, {}, identity)).back;

async function signIn(email: string, subject: string, { hd }: { hd?: string } = {}) {
  const { back, browserSecret } = await arrive(email, { subject, hd });
  const exchange = { code: back.get('code') ?? '', codeVerifier: null, browserSecret };
  const result = await setup.signIn.exchangeSocialLogin({ ...exchange, origin: ORIGIN });
  if ('challenge' in result) throw new Error('A second factor was asked for.');
  return { userId: result.user.id, sessionId: result.session.id };
}

test('opens an account that has to be verified, and is no key to one that there is', async () => {
  expect((await travel('once@example.com')).get('code')).not.toBeNull();
  const opened = await setup.db.user.findUniqueOrThrow({
    where: { email: 'once@example.com' },
    select: { isVerified: true },
  });
  expect(opened).toEqual({ isVerified: false });
  await setup.identity.verifyEmail({
    token: await setup.tokenFor('once@example.com', 'verify-email'),
    origin: ORIGIN,
  });
  expect((await travel('once@example.com')).get('code')).not.toBeNull();

  const { email } = await setup.newUser('ada');
  expect((await travel(email)).get('error')).toBe('PROVIDER_EMAIL_UNVERIFIED');
});

test('opens one that nobody gets into before that, where it is asked for', async () => {
  const { identity } = setup.with({ requireVerifiedEmail: true });
  expect((await travel('strict@example.com', identity)).get('error')).toBe('EMAIL_NOT_VERIFIED');
  await identity.verifyEmail({
    token: await setup.tokenFor('strict@example.com', 'verify-email'),
    origin: ORIGIN,
  });
  expect((await travel('strict@example.com', identity)).get('code')).not.toBeNull();
});

test('the address’s owner takes such an account over, and the link is gone', async () => {
  await travel('owner@example.com');
  await setup.identity.requestPasswordReset({ email: 'owner@example.com', origin: ORIGIN });
  const token = await setup.tokenFor('owner@example.com', 'reset-password');
  await setup.identity.resetPassword({ token, newPassword: 'walrus umbrella harbour', origin: ORIGIN });
  expect((await travel('owner@example.com')).get('error')).toBe('PROVIDER_EMAIL_UNVERIFIED');
});

test('whoever verifies it by the mail is told by which provider it was opened', async () => {
  await travel('told@example.com');
  const [mail] = (await setup.mailsTo('told@example.com')).filter(
    ({ template }) => template === 'verify-email',
  );
  expect(mail?.text).toContain('signs in with an account at Google');
  await setup.identity.requestEmailVerification({ email: 'told@example.com', origin: ORIGIN });
  const [, again] = (await setup.mailsTo('told@example.com')).filter(
    ({ template }) => template === 'verify-email',
  );
  expect(again?.text).toContain('signs in with an account at Google');
});

test('the owner who verified it, and then asks for a password, takes it over all the same', async () => {
  const email = 'verified@example.com';
  const code = (await travel(email)).get('code');
  expect(code).not.toBeNull();
  const token = await setup.tokenFor(email, 'verify-email');
  await setup.identity.verifyEmail({ token, origin: ORIGIN });
  await setup.identity.requestPasswordReset({ email, origin: ORIGIN });
  const reset = await setup.tokenFor(email, 'reset-password');
  await setup.identity.resetPassword({
    token: reset,
    newPassword: 'walrus umbrella harbour',
    origin: ORIGIN,
  });
  expect((await travel(email)).get('error')).toBe('PROVIDER_EMAIL_UNVERIFIED');
  expect((await setup.mailsTo(email)).map(({ template }) => template)).toContain('social-login-unlinked');
});

test('so does the owner who verified it, and then comes by a provider that hosts the mailbox', async () => {
  const email = 'hosted@example.com';
  const { userId, sessionId } = await signIn(email, `google|${email}`);
  const token = await setup.tokenFor(email, 'verify-email');
  await setup.identity.verifyEmail({ token, origin: ORIGIN });
  const owner = await signIn(email, 'google|owner', { hd: 'example.com' });
  expect(owner.userId).toBe(userId);
  expect(await setup.sessions.find(userId, sessionId)).toBeNull();
  expect((await travel(email)).get('error')).toBe('PROVIDER_EMAIL_UNVERIFIED');
  expect(await setup.sessions.find(userId, owner.sessionId)).not.toBeNull();
});

test('a link from after the address was proved stays when its owner asks for a password', async () => {
  const email = 'later@example.com';
  await signIn(email, 'google|later', { hd: 'example.com' });
  await setup.identity.requestPasswordReset({ email, origin: ORIGIN });
  const token = await setup.tokenFor(email, 'reset-password');
  await setup.identity.resetPassword({ token, newPassword: 'walrus umbrella harbour', origin: ORIGIN });
  await expect(signIn(email, 'google|later', { hd: 'example.com' })).resolves.toBeDefined();
});

test('a network sends no more than a thousand browsers an hour to providers', async () => {
  const trip = {
    provider: 'google',
    returnTo: null,
    codeChallenge: null,
    browserSecret: createOpaqueToken('browser'),
  };
  const origin = { ...ORIGIN, ipAddress: '198.51.100.23' };
  for (let count = 0; count < 1_000; count += 1) await setup.guard.limit('providerTrip', origin);
  for (let time = 0; time < 2; time += 1) {
    const departure = setup.identity.social.depart({ ...trip, origin });
    await expect(departure).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  }
  const where = { action: 'session.refused', data: { path: ['reason'], equals: 'RATE_LIMITED' } };
  expect(await setup.db.auditEvent.count({ where })).toBe(1);
  await expect(setup.identity.social.depart({ ...trip, origin: ORIGIN })).resolves.toContain(google.issuer);
});
