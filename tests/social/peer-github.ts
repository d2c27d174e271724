import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CLIENT } from './peer-openid.js';

export interface GithubAccount {
  id: number;
  login: string;
  emails: { email: string; primary: boolean; verified: boolean }[];
}

export type GithubPeer = Awaited<ReturnType<typeof startGithubPeer>>;

/** What GitHub does when somebody signs in with it, as its documentation of OAuth apps describes it. */
export async function startGithubPeer(redirectUri: string) {
  const codes = new Map<string, { challenge: string; account: GithubAccount }>();
  const tokens = new Map<string, GithubAccount>();
  let account: GithubAccount = { id: 1, login: 'nobody', emails: [] };

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const isKnown = query.get('client_id') === CLIENT.clientId && query.get('redirect_uri') === redirectUri;
    if (!isKnown || query.get('code_challenge_method') !== 'S256') return void send(response, 404, {});
    const code = randomUUID();
    codes.set(code, { challenge: query.get('code_challenge') ?? '', account });
    const location = `${redirectUri}?code=${code}&state=${query.get('state')}`;
    response.writeHead(302, { location }).end();
  }

  function exchange(form: URLSearchParams, response: ServerResponse): void {
    const code = form.get('code') ?? '';
    const grant = codes.get(code);
    codes.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isClient =
      form.get('client_id') === CLIENT.clientId && form.get('client_secret') === CLIENT.clientSecret;
    // GitHub answers errors with status 200.
    if (!grant || grant.challenge !== challenge || !isClient)
      return void send(response, 200, { error: 'bad_verification_code' });
    const token = randomUUID();
    tokens.set(token, grant.account);
    send(response, 200, { access_token: token, token_type: 'bearer', scope: 'user:email' });
  }

  function describe(request: IncomingMessage, path: string, response: ServerResponse): void {
    const owner = tokens.get(/^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '');
    if (!owner || !request.headers['user-agent']) return void send(response, 401, {});
    const { emails, ...user } = owner;
    send(response, 200, path === '/api/v3/user' ? user : emails);
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://github');
    if (url.pathname === '/login/oauth/authorize') return authorize(url.searchParams, response);
    if (url.pathname !== '/login/oauth/access_token') return describe(request, url.pathname, response);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => exchange(new URLSearchParams(Buffer.concat(chunks).toString()), response));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** From now on this is who signs in. */
    signIn(who: GithubAccount): void {
      account = who;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
