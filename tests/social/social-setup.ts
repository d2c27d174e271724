import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { createBrowser, type Browser } from './browser.js';
import { startGithubPeer } from './peer-github.js';
import { CLIENT, startOpenIdPeer } from './peer-openid.js';

/** Where clients reach the server, by its configuration. */
export const PUBLIC_URL = 'http://localhost:4000';
export const RETURN_URL = 'https://app.example.com/auth/complete';
export const NATIVE_URL = 'com.example.app:/signed-in';

export type SocialSetup = Awaited<ReturnType<typeof createSocialSetup>>;

const EXCHANGE = `mutation ($code: String!, $codeVerifier: String) {
  exchangeSocialLogin(code: $code, codeVerifier: $codeVerifier) { __typename ... on LoginSuccess {
    user { id email isVerified socialLogins { id provider linkedAt } }
    session { id authenticationMethods }
    tokens { accessToken refreshToken }
  } }
}`;

interface Exchanged {
  __typename: string;
  user: { id: string; email: string; isVerified: boolean; socialLogins: { id: string; provider: string }[] };
  session: { id: string; authenticationMethods: string[] };
  tokens: { accessToken: string; refreshToken: string | null };
}

type Answer = Awaited<ReturnType<FullServer['graphql']>>;

/** The whole server with an OpenID provider `acme` and a GitHub, both on this machine. */
export async function createSocialSetup(env: NodeJS.ProcessEnv = {}) {
  const acme = await startOpenIdPeer(`${PUBLIC_URL}/auth/acme/callback`);
  const github = await startGithubPeer(`${PUBLIC_URL}/auth/github/callback`);
  const server = await startFullServer({
    APP_URL: 'https://app.example.com',
    SOCIAL_RETURN_URLS: `${RETURN_URL},${NATIVE_URL}`,
    OIDC_ACME_ISSUER: acme.issuer,
    OIDC_ACME_CLIENT_ID: CLIENT.clientId,
    OIDC_ACME_CLIENT_SECRET: CLIENT.clientSecret,
    GITHUB_URL: github.url,
    GITHUB_CLIENT_ID: CLIENT.clientId,
    GITHUB_CLIENT_SECRET: CLIENT.clientSecret,
    ...env,
  });
  const database = new pg.Client({ connectionString: server.ownerUrl });
  await database.connect();

  const newBrowser = () =>
    createBrowser({ [PUBLIC_URL]: server.url, [acme.issuer]: acme.issuer, [github.url]: github.url });

  /** A GraphQL operation from within a browser. */
  async function ask(
    browser: Browser,
    query: string,
    variables: object = {},
    token?: string,
  ): Promise<Answer> {
    const response = await browser.send(`${PUBLIC_URL}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  }

  /** Goes to a provider and back; answers where the application is entered again. */
  const travel = (browser: Browser, provider: string, query = ''): Promise<URL> =>
    browser.visit(`${PUBLIC_URL}/auth/${provider}/start${query}`);

  function exchange(browser: Browser, back: URL, codeVerifier?: string): Promise<Answer> {
    return ask(browser, EXCHANGE, { code: back.searchParams.get('code') ?? 'none', codeVerifier });
  }

  /** Signs in with a provider from beginning to end. */
  async function signInWith(provider: string, browser = newBrowser()): Promise<Exchanged> {
    const answer = await exchange(browser, await travel(browser, provider));
    const result = answer.data?.exchangeSocialLogin as Exchanged | null | undefined;
    if (!result) throw new Error(`Signing in with ${provider} answered ${JSON.stringify(answer)}.`);
    return result;
  }

  /** Begins to link an account; the browser then is where the application is entered again. */
  async function linkWith(browser: Browser, provider: string, token: string): Promise<URL> {
    const answer = await ask(browser, BEGIN_LINK, { provider }, token);
    const begun = answer.data?.beginSocialLink as { authorizationUrl: string } | null | undefined;
    if (!begun) throw new Error(`beginSocialLink answered ${JSON.stringify(answer)}.`);
    return browser.visit(begun.authorizationUrl);
  }

  /** Signs in with a password; answers the code of the error when that fails. */
  async function passwordSignIn(
    email: string,
    password = PASSWORD,
  ): Promise<{ token?: string; code?: string }> {
    const { body } = await server.rest('POST', '/api/v1/auth/login', { email, password });
    const { access_token: token, code } = body as { access_token?: string; code?: string };
    return token === undefined ? { code } : { token };
  }

  /** A good access token of somebody who signed in with a password eleven minutes ago. */
  async function oldToken(email: string): Promise<string> {
    const { body } = await server.rest('POST', '/api/v1/auth/login', { email, password: PASSWORD });
    const userId = await findUserId(email);
    await database.query(`UPDATE sessions SET auth_time = now() - interval '11 minutes' WHERE user_id = $1`, [
      userId,
    ]);
    const refreshed = await server.rest('POST', '/api/v1/auth/refresh', {
      refresh_token: body?.refresh_token,
    });
    return String(refreshed.body?.access_token);
  }

  /** Registers an address; verifies it where asked to. */
  async function register(email: string, verified: boolean): Promise<void> {
    const { status } = await server.rest('POST', '/api/v1/auth/register', { email, password: PASSWORD });
    if (status !== 201) throw new Error(`Registering answered ${status}.`);
    if (verified) await verify(email);
  }

  async function verify(email: string): Promise<void> {
    const userId = await findUserId(email);
    await server.app.db.user.update({ where: { id: userId }, data: { isVerified: true } });
  }

  async function findUserId(email: string): Promise<string> {
    const user = await server.app.db.user.findUniqueOrThrow({ where: { email }, select: { id: true } });
    return user.id;
  }

  return {
    ...server,
    acme,
    github,
    /** Beneath the server. */
    sql: (text: string, values: unknown[] = []) => database.query(text, values),
    newBrowser,
    ask,
    travel,
    exchange,
    signInWith,
    linkWith,
    passwordSignIn,
    oldToken,
    register,
    findUserId,
    /** What was mailed so far is no longer there: `mailedToken` then waits for what is mailed from now on. */
    async forgetMails(): Promise<void> {
      const folder = join(server.dataDir, 'mail');
      for (const name of await readdir(folder).catch(() => [])) await rm(join(folder, name));
    },
    async stop(): Promise<void> {
      await database.end();
      await server.stop();
      await acme.stop();
      await github.stop();
    },
  };
}

export const BEGIN_LINK = `mutation ($provider: String!) { beginSocialLink(provider: $provider) { authorizationUrl } }`;
