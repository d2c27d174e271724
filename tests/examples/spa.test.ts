import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext } from 'puppeteer-core';
import { codeAt, letStepsPass } from '../auth/authenticator.js';
import { describeInChromium, launchChromium, type RunningChromium } from '../setup/chromium.js';
import { eventually } from '../setup/eventually.js';
import { PASSWORD } from '../setup/full-server.js';
import { startSpa } from './spa-server.js';
import { openTab, passTime, type Tab } from './spa-tab.js';

// The example as people use it: built, behind its proxy, in a browser. One account lives through all of it.

const EMAIL = 'ada@example.com';
const MINUTE = 60_000;

describeInChromium('the single-page application', () => {
  let spa: Awaited<ReturnType<typeof startSpa>>;
  let chromium: RunningChromium;
  let context: BrowserContext;
  let tab: Tab;

  beforeAll(async () => {
    [spa, chromium] = await Promise.all([startSpa(), launchChromium()]);
    context = chromium.browser.defaultBrowserContext();
    tab = await openTab(context, spa.origin);
  });
  afterAll(async () => {
    await chromium?.close();
    await spa?.stop();
  });

  const newTab = () => openTab(context, spa.origin);

  test('registers, says which input is wrong, and verifies by the mailed link', async () => {
    await tab.open('/register');
    await tab.fill({ email: EMAIL, password: 'short', fullName: 'Ada Lovelace' });
    await tab.press('Register');
    await tab.sees('Password must have at least 12 characters.');
    await tab.picture('register');
    await tab.fill({ password: PASSWORD });
    await tab.press('Register');
    await tab.sees('Look into your mail');
    await tab.open(`/verify-email?token=${await spa.server.mailedToken('verify-email')}`);
    await tab.press('Confirm');
    await tab.sees('Your address is confirmed');
  });

  test('signs in, and keeps no token where a script or another program finds it', async () => {
    await tab.open('/');
    await tab.signIn(EMAIL, 'a wrong password, surely');
    await tab.sees('The e-mail address or the password is wrong.');
    await tab.signIn(EMAIL, PASSWORD);
    await tab.sees('Signed in as');
    const kept = 'JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }])';
    expect(await tab.page.evaluate(kept)).toBe('["",{},{}]');
  });

  test('saves the profile, and takes back on the page what the server refuses', async () => {
    await tab.fill({ fullName: 'Augusta Ada King', phoneNumber: '+14155550123' });
    await tab.press('Save');
    await tab.sees('Saved.');
    expect(await tab.read('[data-shown="name"]')).toEqual(['Augusta Ada King']);
    await tab.fill({ fullName: 'Somebody Else', phoneNumber: '12' });
    await tab.press('Save');
    await tab.sees('Phone number must be a telephone number in E.164 form');
    expect(await tab.read('[data-shown="name"]')).toEqual(['Augusta Ada King']);
    expect(await tab.page.evaluate(`document.querySelector('input[name="fullName"]').value`)).toBe(
      'Somebody Else',
    );
    await tab.picture('profile');
  });

  test('stays signed in when the page is loaded anew', async () => {
    const before = tab.refreshes.length;
    await tab.page.reload();
    await tab.sees(EMAIL);
    expect(tab.refreshes.length).toBe(before + 1);
  });

  test('lists the sessions and ends another one', async () => {
    const elsewhere = await spa.server.rest('POST', '/api/v1/auth/login', {
      email: EMAIL,
      password: PASSWORD,
    });
    await spa.server.rest('POST', '/api/v1/auth/login', { email: EMAIL, password: PASSWORD });
    await tab.follow('Sessions');
    await tab.sees('this one');
    await tab.picture('sessions');
    expect(await tab.read('.rows li')).toHaveLength(3);
    await tab.page.locator('.rows li button').click();
    await tab.sees('One session ended.');
    await tab.press('End all others');
    await eventually(async () => expect(await tab.read('.rows li')).toHaveLength(1));
    const token = String(elsewhere.body?.access_token);
    expect((await spa.server.rest('GET', '/api/v1/users/me', undefined, token)).status).toBe(401);
  });

  test('asks for a copy of the data, waits for it, and downloads it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'custodia-spa-download-'));
    const devtools = await chromium.browser.target().createCDPSession();
    await devtools.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
    await tab.follow('Your data');
    await tab.press('Ask for a copy');
    await tab.press('Download');
    await eventually(async () => expect(await readdir(folder)).toEqual(['my-data.zip']));
    expect((await readFile(join(folder, 'my-data.zip'))).subarray(0, 2).toString()).toBe('PK');
    await rm(folder, { recursive: true });
  });

  test('asks for the erasure, after a dialog where the sign-in is too old, and takes it back', async () => {
    await spa.server.app.db.session.updateMany({ data: { authTime: new Date(Date.now() - 11 * MINUTE) } });
    await tab.page.reload();
    await tab.fill({ reason: 'Moving on' });
    await tab.page.locator('input[type="checkbox"]').click();
    await tab.press('Erase my account');
    await tab.sees('Is it still you?');
    await tab.picture('step-up');
    await tab.fill({ password: PASSWORD });
    await tab.press('Continue');
    await tab.sees('will be erased on');
    await tab.picture('your-data');
    await tab.press('Keep my account');
    await tab.sees('Taken back');
  });

  test('tabs opened at the same moment share one refresh, and a third gets its token from them', async () => {
    await tab.page.close();
    const tabs = [await newTab(), await newTab()] as const;
    await Promise.all(tabs.map((each) => each.open('/')));
    for (const each of tabs) await each.sees(EMAIL);
    expect([...tabs[0].refreshes, ...tabs[1].refreshes]).toHaveLength(1);
    const third = await newTab();
    await third.open('/');
    await third.sees(EMAIL);
    expect(third.refreshes).toHaveLength(0);
    await third.page.close();
    await tabs[1].page.close();
    tab = tabs[0];
  });

  test('tabs whose token is due at the same moment make one refresh, and both go on with its token', async () => {
    const other = await newTab();
    await other.open('/sessions');
    await other.sees('this one');
    const before = tab.refreshes.length + other.refreshes.length;
    await Promise.all([tab, other].map(({ page }) => passTime(page, 9.5 * MINUTE)));
    const used = await Promise.all([tab, other].map((each) => newToken(each)));
    expect(used[0]).toBe(used[1]);
    expect(tab.refreshes.length + other.refreshes.length).toBe(before + 1);
    await other.page.close();
  });

  /** The first token that differs from what the tab used before, for which it has to ask the server for something. */
  async function newToken(each: Tab): Promise<string | undefined> {
    const before = each.tokens.at(-1);
    for (let attempt = 0; each.tokens.at(-1) === before && attempt < 100; attempt += 1) {
      await each.page.evaluate(
        `document.querySelector('nav a[href="/${attempt % 2 ? 'sessions' : 'security'}"]').click()`,
      );
      await each.page.waitForNetworkIdle({ idleTime: 50 });
    }
    return each.tokens.at(-1);
  }

  test('without Web Locks both may refresh, and both stay signed in', async () => {
    const others = [await newTab(), await newTab()];
    for (const { page } of others)
      await page.evaluateOnNewDocument(
        `Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })`,
      );
    await tab.page.close();
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(others.map((each) => each.open('/')));
      for (const each of others) await each.sees(EMAIL);
    }
    [tab] = others as [Tab];
    await others[1]?.page.close();
  });

  test('signing out in one tab signs out the others', async () => {
    const other = await newTab();
    await other.open('/');
    await other.sees(EMAIL);
    await other.press('Sign out');
    await other.sees('No account yet?');
    await tab.sees('No account yet?');
    await other.page.reload();
    await other.sees('No account yet?');
    await other.page.close();
  });

  test('asks for the second factor: a code of the app, or a recovery code', async () => {
    await tab.page.bringToFront();
    await tab.signIn(EMAIL, PASSWORD);
    await tab.follow('Second factor');
    await tab.press('Set up an authenticator app');
    await tab.sees('Enter this secret');
    const [secret = ''] = await tab.read('[data-shown="secret"]');
    await tab.fill({ code: codeAt(secret, new Date()) });
    await tab.press('Switch on');
    await tab.sees('Keep these recovery codes');
    const [recoveryCode = ''] = await tab.read('.codes code');
    const { id } = await spa.server.app.db.user.findFirstOrThrow({ select: { id: true } });
    await letStepsPass(spa.server, id);

    await tab.press('Sign out');
    await tab.signIn(EMAIL, PASSWORD);
    await tab.sees('One more step');
    await tab.picture('second-step');
    await tab.fill({ code: codeAt(secret, new Date()) });
    await tab.press('Continue');
    await tab.sees('Signed in as');

    await tab.press('Sign out');
    await tab.signIn(EMAIL, PASSWORD);
    await tab.press('Use a recovery code');
    await tab.fill({ code: recoveryCode });
    await tab.press('Continue');
    await tab.sees('Signed in as');
  });
});
