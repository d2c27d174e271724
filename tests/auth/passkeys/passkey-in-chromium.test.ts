import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CDPSession, Page } from 'puppeteer-core';
import { describeInChromium, launchChromium, type RunningChromium } from '../../setup/chromium.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { register } from '../signed-in.js';
import { PAGE } from './passkey-page.js';

// The real thing: a page of an application on its own origin, in a browser, with the browser's virtual authenticator.

describeInChromium('passkeys in a browser', () => {
  let server: FullServer;
  let pages: Server;
  let chromium: RunningChromium;
  let page: Page;
  let devtools: CDPSession;
  let authenticatorId: string;
  let email: string;
  let origin: string;

  beforeAll(async () => {
    pages = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8').end(PAGE);
    }).listen(0, '127.0.0.1');
    await once(pages, 'listening');
    origin = `http://localhost:${(pages.address() as AddressInfo).port}`;
    [server, chromium] = await Promise.all([
      startFullServer({ APP_URL: origin, CORS_ORIGINS: origin }),
      launchChromium(),
    ]);
    email = await register(server);
    page = await chromium.browser.newPage();
    devtools = await page.createCDPSession();
    await devtools.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    ({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options }));
    await page.goto(origin);
    await page.evaluate(`connect(${JSON.stringify(server.url.replace('127.0.0.1', 'localhost'))})`);
  });
  afterAll(async () => {
    await chromium?.close();
    pages?.close();
    await server?.stop();
  });

  /** Calls a function of the page with plain values; a failure in the page is the test's. */
  const call = (name: string, ...values: unknown[]) =>
    page.evaluate(`${name}(...${JSON.stringify(values)})`) as Promise<Record<string, unknown>>;

  test('a passkey is added by the account’s owner, and is discoverable', async () => {
    const user = await call('addPasskey', email, 'Chromium');
    expect(user).toMatchObject({ passkeys: [{ name: 'Chromium', lastUsedAt: null }] });
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
    expect(credentials).toEqual([expect.objectContaining({ isResidentCredential: true, rpId: 'localhost' })]);
  });

  test('the browser refuses to add a second one to the same authenticator', async () => {
    await expect(call('addAnother', 'Twice')).rejects.toThrow(/InvalidStateError/);
  });

  test('it signs in without address and password, its refresh token in the cookie only', async () => {
    const signedIn = await call('signIn', null);
    expect(signedIn).toMatchObject({
      user: { email },
      session: { authenticationMethods: ['hwk', 'user', 'mfa'] },
      tokens: { refreshToken: null },
    });
    expect(await call('refreshSession')).toMatchObject({ tokens: { refreshToken: null } });
  });

  test('it is the second factor after the password', async () => {
    expect(await call('signInByPassword', email)).toMatchObject({
      session: { authenticationMethods: ['pwd', 'hwk', 'user', 'mfa'] },
    });
  });

  test('without the person verified there is no sign-in', async () => {
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await expect(call('signIn', null)).rejects.toThrow(/NotAllowedError/);
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    expect(await call('signIn', email)).toMatchObject({ user: { email } });
  });
});
