import { createOpaqueToken } from '../../src/security/opaque-token.js';
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

/** Goes to the provider and back; answers what the application is told. */
async function travel(email: string, { social } = setup.identity): Promise<URLSearchParams> {
  google.signIn(`google|${email}`, { email, email_verified: true });
  const browserSecret = createOpaqueToken('browser');
  const trip = { provider: 'google', browserSecret };
  const there = await social.depart({ ...trip, returnTo: null, codeChallenge: null, origin: ORIGIN });
  const { searchParams: answer } = await createBrowser({ [google.issuer]: google.issuer }).visit(there);
  return new URL(await social.arrive({ ...trip, answer, origin: ORIGIN })).searchParams;
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

test('a network sends no more than a thousand browsers an hour to providers', async () => {
  const trip = {
    provider: 'google',
    returnTo: null,
    codeChallenge: null,
    browserSecret: createOpaqueToken('browser'),
  };
  const origin = { ...ORIGIN, ipAddress: '198.51.100.23' };
  for (let count = 0; count < 1_000; count += 1) await setup.guard.limit('providerTrip', origin);
  await expect(setup.identity.social.depart({ ...trip, origin })).rejects.toMatchObject({
    code: 'RATE_LIMITED',
  });
  await expect(setup.identity.social.depart({ ...trip, origin: ORIGIN })).resolves.toContain(google.issuer);
});
