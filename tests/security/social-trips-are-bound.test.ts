import { randomUUID } from 'node:crypto';
import { BEGIN_LINK, createSocialSetup, PUBLIC_URL, type SocialSetup } from '../social/social-setup.js';
import type { Browser } from '../social/browser.js';

let setup: SocialSetup;

beforeAll(async () => {
  setup = await createSocialSetup();
});
afterAll(() => setup.stop());

const isCallback = (url: URL) => url.pathname.endsWith('/callback');

function newPerson(): string {
  const name = randomUUID();
  setup.acme.signIn(`acme|${name}`, { email: `${name}@example.com`, email_verified: true });
  return `${name}@example.com`;
}

/** The provider’s answer, which the browser has not delivered yet. */
const answerFor = (browser: Browser, provider = 'acme'): Promise<URL> =>
  browser.visit(`${PUBLIC_URL}/auth/${provider}/start`, isCallback);

const deliver = async (browser: Browser, answer: URL) => (await browser.visit(answer.href)).searchParams;

async function exists(email: string): Promise<boolean> {
  return (await setup.app.db.user.findUnique({ where: { email }, select: { id: true } })) !== null;
}

const errorOf = async (browser: Browser, back: URL) =>
  (await setup.exchange(browser, back)).errors?.[0]?.extensions.code;

describe('a provider’s answer', () => {
  test('works only in the browser that set out: nobody is made to sign in as somebody else', async () => {
    const email = newPerson();
    const answer = await answerFor(setup.newBrowser());
    const victim = setup.newBrowser();
    expect((await deliver(victim, answer)).get('error')).toBe('TOKEN_INVALID');
    await answerFor(victim); // with a trip and a cookie of its own, too
    expect((await deliver(victim, answer)).get('error')).toBe('TOKEN_INVALID');
    expect(await exists(email)).toBe(false);
  });

  test('works once', async () => {
    newPerson();
    const browser = setup.newBrowser();
    const answer = await answerFor(browser);
    expect((await deliver(browser, answer)).get('code')).not.toBeNull();
    expect((await deliver(browser, answer)).get('error')).toBe('TOKEN_INVALID');
  });

  test('works for one of those who deliver it at once', async () => {
    newPerson();
    const browser = setup.newBrowser();
    const answer = await answerFor(browser);
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => deliver(browser, answer)));
    expect(outcomes.filter((outcome) => outcome.has('code'))).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.get('error') === 'TOKEN_INVALID')).toHaveLength(3);
  });

  test.each(['', 'cst_ss_made-up', 'a'.repeat(5_000)])('is refused with the state %#', async (state) => {
    const email = newPerson();
    const browser = setup.newBrowser();
    const answer = await answerFor(browser);
    answer.searchParams.set('state', state);
    expect((await deliver(browser, answer)).get('error')).toBe('TOKEN_INVALID');
    expect(await exists(email)).toBe(false);
  });

  test('is refused with the state of another trip of the same browser: nonce and verifier belong to one', async () => {
    const email = newPerson();
    const browser = setup.newBrowser();
    const answer = await answerFor(browser);
    const other = await answerFor(browser);
    answer.searchParams.set('state', other.searchParams.get('state') ?? '');
    expect((await deliver(browser, answer)).get('error')).toBe('PROVIDER_ANSWER_INVALID');
    expect(await exists(email)).toBe(false);
  });

  test('is refused after a quarter of an hour', async () => {
    const email = newPerson();
    const browser = setup.newBrowser();
    const answer = await answerFor(browser);
    await setup.sql(`UPDATE social_flows SET expires_at = now() - interval '1 second'`);
    expect((await deliver(browser, answer)).get('error')).toBe('TOKEN_INVALID');
    expect(await exists(email)).toBe(false);
  });

  test('is refused where another provider answers (mix-up)', async () => {
    const browser = setup.newBrowser();
    const answer = await answerFor(browser);
    const elsewhere = new URL(answer.href.replace('/auth/acme/', '/auth/github/'));
    expect((await deliver(browser, elsewhere)).get('error')).toBe('TOKEN_INVALID');
  });

  test.each(['https://evil.example.com', ''])(
    'is refused from the issuer "%s" (RFC 9207)',
    async (issuer) => {
      const email = newPerson();
      const browser = setup.newBrowser();
      const answer = await answerFor(browser);
      expect(answer.searchParams.get('iss')).toBe(setup.acme.issuer);
      answer.searchParams.set('iss', issuer);
      expect((await deliver(browser, answer)).get('error')).toBe('PROVIDER_ANSWER_INVALID');
      expect(await exists(email)).toBe(false);
    },
  );

  test('is refused with another code', async () => {
    newPerson();
    const browser = setup.newBrowser();
    const answer = await answerFor(browser);
    answer.searchParams.set('code', 'made-up');
    expect((await deliver(browser, answer)).get('error')).toBe('PROVIDER_ANSWER_INVALID');
  });

  test('is refused with the code of somebody else, who has no part in this trip', async () => {
    const email = newPerson();
    const stolen = await answerFor(setup.newBrowser());
    const browser = setup.newBrowser();
    const answer = await answerFor(browser);
    answer.searchParams.set('code', stolen.searchParams.get('code') ?? '');
    expect((await deliver(browser, answer)).get('error')).toBe('PROVIDER_ANSWER_INVALID');
    expect(await exists(email)).toBe(false);
  });

  test('that says no is told as such', async () => {
    const browser = setup.newBrowser();
    const answer = await answerFor(browser);
    answer.searchParams.delete('code');
    answer.searchParams.set('error', 'access_denied');
    expect((await deliver(browser, answer)).get('error')).toBe('PROVIDER_DENIED');
  });
});

describe('the code of the redirect', () => {
  test('works once, also of those who exchange it at once', async () => {
    newPerson();
    const browser = setup.newBrowser();
    const back = await setup.travel(browser, 'acme');
    const answers = await Promise.all([1, 2, 3, 4].map(() => setup.exchange(browser, back)));
    expect(answers.filter(({ data }) => data?.exchangeSocialLogin)).toHaveLength(1);
    expect(await errorOf(browser, back)).toBe('TOKEN_INVALID');
  });

  test('works only in the browser that set out', async () => {
    newPerson();
    const browser = setup.newBrowser();
    const back = await setup.travel(browser, 'acme');
    const victim = setup.newBrowser();
    expect(await errorOf(victim, back)).toBe('TOKEN_INVALID');
    await answerFor(victim);
    expect(await errorOf(victim, back)).toBe('TOKEN_INVALID');
    expect(await errorOf(browser, back)).toBeUndefined();
  });

  test('is refused after a minute', async () => {
    newPerson();
    const browser = setup.newBrowser();
    const back = await setup.travel(browser, 'acme');
    await setup.sql(`UPDATE social_flows SET code_expires_at = now() - interval '1 second'`);
    expect(await errorOf(browser, back)).toBe('TOKEN_INVALID');
  });

  test('is void once its link is taken away, and once the account is suspended', async () => {
    newPerson();
    const { user } = await setup.signInWith('acme');
    const [one, other] = [setup.newBrowser(), setup.newBrowser()];
    const unlinked = await setup.travel(one, 'acme');
    await setup.app.db.socialLogin.deleteMany({ where: { userId: user.id } });
    expect(await errorOf(one, unlinked)).toBe('TOKEN_INVALID');

    newPerson();
    const suspended = await setup.travel(other, 'acme');
    await setup.sql(`UPDATE users SET status = 'SUSPENDED', suspended_at = now() WHERE status = 'ACTIVE'`);
    expect(await errorOf(other, suspended)).toBe('ACCOUNT_SUSPENDED');
  });
});

test('state, browser and code are stored as hashes only', async () => {
  newPerson();
  const browser = setup.newBrowser();
  const answer = await answerFor(browser);
  const code = (await deliver(browser, answer)).get('code') ?? '';
  const secret = browser.cookiesOf(PUBLIC_URL).get('__Host-custodia_browser') ?? '';
  const { rows } = await setup.sql('SELECT * FROM social_flows');
  const dump = JSON.stringify(rows);
  for (const text of [code, secret, answer.searchParams.get('state') ?? '']) {
    expect(text).toMatch(/^cst_/);
    expect(dump).not.toContain(text);
  }
});

test('the cookie is for this host alone, out of reach of scripts, and sent along on the way back only', async () => {
  const response = await setup.newBrowser().send(`${PUBLIC_URL}/auth/acme/start`);
  expect(response.headers.getSetCookie()).toEqual([
    expect.stringMatching(
      /^__Host-custodia_browser=cst_br_\w{49}; Max-Age=1800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    ),
  ]);
});

test('the link that somebody began for their own account goes on in no other browser', async () => {
  const email = `${randomUUID()}@example.com`;
  await setup.register(email, true);
  const { token } = await setup.passwordSignIn(email);
  const attacker = setup.newBrowser();
  const { data } = await setup.ask(attacker, BEGIN_LINK, { provider: 'acme' }, token);
  const { authorizationUrl } = data?.beginSocialLink as { authorizationUrl: string };
  newPerson();
  const victim = setup.newBrowser();
  await answerFor(victim);
  expect((await victim.visit(authorizationUrl)).searchParams.get('error')).toBe('TOKEN_INVALID');
  const { rows } = await setup.sql('SELECT 1 FROM social_logins WHERE user_id = $1', [
    await setup.findUserId(email),
  ]);
  expect(rows).toEqual([]);
});
