import { randomBytes } from 'node:crypto';
import {
  ChangePasswordDocument,
  LoginDocument,
  LogoutDocument,
  RefreshSessionDocument,
  RegisterDocument,
  RequestPasswordResetDocument,
  ResetPasswordDocument,
  RevokeOtherSessionsDocument,
  SessionsDocument,
  UpdateProfileDocument,
  VerifyEmailDocument,
  ViewerDocument,
} from '../generated/graphql.js';
import type { Caller, DemoClient } from './client.js';
import type { Mailbox } from './mailbox.js';
import { useSecondFactor } from './second-factor.js';
import type { Print } from './show.js';

interface Demo {
  client: DemoClient;
  mailbox: Mailbox;
  print: Print;
}

interface Account {
  email: string;
  password: string;
}

const LAPTOP = 'Demo laptop';
const PHONE = 'Demo phone';

/**
 * The life of one account, from its registration to the sign-out, over GraphQL and REST.
 * @throws Error at the first answer that is not the expected one
 */
export async function liveOneAccount(demo: Demo): Promise<void> {
  const account = { email: `ada-${randomBytes(4).toString('hex')}@example.com`, password: newPassword() };
  await register(demo, account);
  const laptop = await signIn(demo, account, LAPTOP);
  await fillProfile(demo, laptop);
  await useTwoDevices(demo, account, laptop);
  const changed = await changePassword(demo, account, laptop);
  const reset = await resetPassword(demo, changed, laptop);
  const again = await signIn(demo, reset, LAPTOP);
  await useSecondFactor(demo.client, { ...reset, signedIn: again, device: PHONE });
  await useRest(demo, reset);
}

async function register({ client, mailbox, print }: Demo, { email, password }: Account): Promise<void> {
  const consents = [{ purpose: 'newsletter', granted: true, policyVersion: '2026-11' }];
  const input = { email, password, fullName: 'Ada Lovelace', consents };
  await client.operate('Register', { device: LAPTOP }, RegisterDocument, { input });
  const token = await readToken({ mailbox, print }, email, 'verify-email');
  await client.operate('Verify the address with the mailed token', { device: LAPTOP }, VerifyEmailDocument, {
    token,
  });
}

async function signIn({ client }: Demo, { email, password }: Account, device: string): Promise<SignedIn> {
  const { login } = await client.operate(`Sign in on the ${device}`, { device }, LoginDocument, {
    input: { email, password },
  });
  if (!login || !('tokens' in login)) throw new Error('Signing in answered no tokens.');
  return { device, accessToken: login.tokens.accessToken, refreshToken: login.tokens.refreshToken ?? '' };
}

interface SignedIn extends Caller {
  accessToken: string;
  refreshToken: string;
}

async function fillProfile({ client }: Demo, laptop: Caller): Promise<void> {
  await client.operate('Who am I?', laptop, ViewerDocument, {});
  await client.operate('Fill in the profile', laptop, UpdateProfileDocument, {
    input: { phoneNumber: '+441632960001', preferences: { theme: 'dark', digest: 'weekly' } },
  });
  await client.operate('Change one preference, drop another, leave the rest', laptop, UpdateProfileDocument, {
    input: { preferences: { theme: 'light', digest: null } },
  });
}

async function useTwoDevices(demo: Demo, account: Account, laptop: SignedIn): Promise<void> {
  const { client } = demo;
  const phone = await signIn(demo, account, PHONE);
  await client.operate('Where am I signed in?', laptop, SessionsDocument, { first: 10 });
  const { refreshToken } = phone;
  const { refreshSession } = await client.operate(
    'Refresh the session of the phone',
    phone,
    RefreshSessionDocument,
    {
      refreshToken,
    },
  );
  const refreshed = { device: PHONE, accessToken: refreshSession?.tokens.accessToken };
  await client.operate('End the other sessions', laptop, RevokeOtherSessionsDocument, {});
  await client.expectRefusal(
    'The phone is signed out at once',
    refreshed,
    [ViewerDocument, {}],
    'UNAUTHENTICATED',
  );
}

async function changePassword({ client }: Demo, account: Account, laptop: Caller): Promise<Account> {
  const changed = { ...account, password: newPassword() };
  const input = { currentPassword: account.password, newPassword: changed.password };
  await client.operate('Change the password', laptop, ChangePasswordDocument, { input });
  const old: [typeof LoginDocument, { input: Account }] = [LoginDocument, { input: account }];
  await client.expectRefusal(
    'The old password no longer works',
    { device: PHONE },
    old,
    'INVALID_CREDENTIALS',
  );
  return changed;
}

async function resetPassword(
  { client, mailbox, print }: Demo,
  account: Account,
  laptop: Caller,
): Promise<Account> {
  const { email } = account;
  const reset = { email, password: newPassword() };
  const phone = { device: PHONE };
  await client.operate('Forget it, and ask for a reset', phone, RequestPasswordResetDocument, { email });
  const token = await readToken({ mailbox, print }, email, 'reset-password');
  const input = { token, newPassword: reset.password };
  await client.operate('Choose a new one with the mailed token', phone, ResetPasswordDocument, { input });
  await client.expectRefusal('That ended every session', laptop, [ViewerDocument, {}], 'UNAUTHENTICATED');
  return reset;
}

async function useRest({ client }: Demo, { email, password }: Account): Promise<void> {
  const path = '/api/v1/users/me';
  const login = { method: 'POST', path: '/api/v1/auth/login', body: { email, password }, device: LAPTOP };
  const tokens = (await client.rest('Sign in over REST', login, 200)) as { access_token: string };
  const caller = { device: LAPTOP, accessToken: tokens.access_token };
  await client.rest('The same account over REST', { ...caller, method: 'GET', path }, 200);
  const body = { full_name: 'Ada King, Countess of Lovelace' };
  await client.rest('Change the name over REST', { ...caller, method: 'PUT', path, body }, 200);
  await client.operate('Sign out', caller, LogoutDocument, {});
  await client.rest('The token is refused from now on', { ...caller, method: 'GET', path }, 401);
}

async function readToken(
  { mailbox, print }: Omit<Demo, 'client'>,
  email: string,
  template: string,
): Promise<string> {
  const link = await mailbox.waitForLink(email, template);
  print(`✉ A mail to ${email} leads to ${link.origin}${link.pathname}`);
  return link.searchParams.get('token') ?? '';
}

function newPassword(): string {
  return `lantern-orchid-${randomBytes(5).toString('hex')}`;
}
