import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { eventually } from '../setup/eventually.js';
import { BEGIN_LINK, createSocialSetup, type SocialSetup } from './social-setup.js';

let setup: SocialSetup;

beforeAll(async () => {
  setup = await createSocialSetup();
});
afterAll(() => setup.stop());

const LOGINS = '{ viewer { socialLogins { id provider } } }';
const UNLINK = `mutation ($id: ID!) { unlinkSocialLogin(id: $id) { user { id socialLogins { provider } } } }`;

/** An account with a password and a proven address, signed in within a browser. */
async function signedIn() {
  const email = `${randomUUID()}@example.com`;
  await setup.register(email, true);
  const { token = '' } = await setup.passwordSignIn(email);
  return { email, token, browser: setup.newBrowser() };
}

async function loginsOf(token: string): Promise<{ id: string; provider: string }[]> {
  const { data } = await setup.graphql(LOGINS, {}, token);
  return (data?.viewer as { socialLogins: { id: string; provider: string }[] }).socialLogins;
}

const strange = () => ({ email: `${randomUUID()}@elsewhere.example.com`, email_verified: false });

async function subjectsOfMails(email: string): Promise<string[]> {
  const folder = join(setup.dataDir, 'mail');
  const mails = await Promise.all(
    (await readdir(folder)).map(async (name) => simpleParser(await readFile(join(folder, name)))),
  );
  return mails.filter((mail) => JSON.stringify(mail.to).includes(email)).map((mail) => mail.subject ?? '');
}

test('a signed-in person links an account at a provider, whatever address it has there, and signs in with it', async () => {
  const { email, token, browser } = await signedIn();
  setup.acme.signIn('acme|linked', strange());
  expect((await setup.linkWith(browser, 'acme', token)).searchParams.get('linked')).toBe('acme');
  expect(await loginsOf(token)).toMatchObject([{ provider: 'acme' }]);
  expect((await setup.signInWith('acme')).user.email).toBe(email);
  await eventually(async () =>
    expect(await subjectsOfMails(email)).toContain('You can now sign in to Custodia with acme'),
  );
});

test('linking again what is linked changes nothing', async () => {
  const { token, browser } = await signedIn();
  setup.acme.signIn('acme|twice', strange());
  await setup.linkWith(browser, 'acme', token);
  expect((await setup.linkWith(browser, 'acme', token)).searchParams.get('linked')).toBe('acme');
  expect(await loginsOf(token)).toHaveLength(1);
});

test('a person at a provider who is linked with one account is not linked with another', async () => {
  const one = await signedIn();
  const other = await signedIn();
  setup.acme.signIn('acme|contested', strange());
  await setup.linkWith(one.browser, 'acme', one.token);
  const back = await setup.linkWith(other.browser, 'acme', other.token);
  expect(back.searchParams.get('error')).toBe('CONFLICT');
  expect(await loginsOf(other.token)).toEqual([]);
  expect((await setup.signInWith('acme')).user.email).toBe(one.email);
});

test('the link is taken away with a mail; the last way in is not', async () => {
  const { email, token, browser } = await signedIn();
  setup.acme.signIn('acme|gone', strange());
  await setup.linkWith(browser, 'acme', token);
  const [login] = await loginsOf(token);
  const answer = await setup.graphql(UNLINK, { id: login?.id }, token);
  expect(answer.data?.unlinkSocialLogin).toMatchObject({ user: { socialLogins: [] } });
  await eventually(async () =>
    expect(await subjectsOfMails(email)).toContain('acme is no longer linked with your account at Custodia'),
  );
  const back = await setup.travel(setup.newBrowser(), 'acme');
  expect(back.searchParams.get('error')).toBe('PROVIDER_EMAIL_UNVERIFIED');

  setup.acme.signIn('acme|only', { email: `${randomUUID()}@example.com`, email_verified: true });
  const { user, tokens } = await setup.signInWith('acme');
  const id = user.socialLogins[0]?.id;
  const refused = await setup.graphql(UNLINK, { id }, tokens.accessToken);
  expect(refused.errors?.[0]?.extensions.code).toBe('LAST_WAY_IN');
  expect(await loginsOf(tokens.accessToken)).toHaveLength(1);
});

test('a way in by a provider that is no longer configured is none', async () => {
  setup.acme.signIn('acme|lonely', { email: `${randomUUID()}@example.com`, email_verified: true });
  const { user, tokens } = await setup.signInWith('acme');
  await setup.app.db.socialLogin.create({
    data: { userId: user.id, provider: 'closed', providerId: 'closed|1' },
    select: { id: true },
  });
  const refused = await setup.graphql(UNLINK, { id: user.socialLogins[0]?.id }, tokens.accessToken);
  expect(refused.errors?.[0]?.extensions.code).toBe('LAST_WAY_IN');
});

test('nobody takes away the link of somebody else', async () => {
  const { token, browser } = await signedIn();
  const other = await signedIn();
  setup.acme.signIn('acme|mine', strange());
  await setup.linkWith(browser, 'acme', token);
  const [login] = await loginsOf(token);
  for (const id of [login?.id, randomUUID(), 'nonsense']) {
    const refused = await setup.graphql(UNLINK, { id }, other.token);
    expect(refused.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  }
  expect(await loginsOf(token)).toHaveLength(1);
});

test('linking and unlinking need a sign-in, a recent one, and a proven address', async () => {
  const { email, token } = await signedIn();
  const codeOf = async (query: string, variables: object, bearer?: string) =>
    (await setup.graphql(query, variables, bearer)).errors?.[0]?.extensions.code;
  expect(await codeOf(BEGIN_LINK, { provider: 'acme' })).toBe('UNAUTHENTICATED');
  expect(await codeOf(BEGIN_LINK, { provider: 'nobody' }, token)).toBe('NOT_FOUND');
  const old = await setup.oldToken(email);
  expect(await codeOf(BEGIN_LINK, { provider: 'acme' }, old)).toBe('STEP_UP_REQUIRED');
  expect(await codeOf(UNLINK, { id: randomUUID() }, old)).toBe('STEP_UP_REQUIRED');

  const unproven = `${randomUUID()}@example.com`;
  await setup.register(unproven, false);
  const fresh = await setup.passwordSignIn(unproven);
  expect(await codeOf(BEGIN_LINK, { provider: 'acme' }, fresh.token)).toBe('EMAIL_NOT_VERIFIED');
});

test('nothing is linked once the session that asked for it has ended', async () => {
  const { token, browser } = await signedIn();
  setup.acme.signIn('acme|late', strange());
  const { data } = await setup.ask(browser, BEGIN_LINK, { provider: 'acme' }, token);
  await setup.graphql('mutation { logout { success } }', {}, token);
  const { authorizationUrl } = data?.beginSocialLink as { authorizationUrl: string };
  expect((await browser.visit(authorizationUrl)).searchParams.get('error')).toBe('UNAUTHENTICATED');
  expect((await setup.travel(setup.newBrowser(), 'acme')).searchParams.get('error')).toBe(
    'PROVIDER_EMAIL_UNVERIFIED',
  );
});
