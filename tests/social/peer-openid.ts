import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';
import type { Configuration } from 'oidc-provider';

export const CLIENT = { clientId: 'custodia', clientSecret: 'a secret of this test only' };

export interface Person {
  email?: string;
  email_verified?: boolean;
  /** As Google names the organisation that hosts the mailbox. */
  hd?: string;
}

/** Answers a request in place of the provider; false: it may answer itself. */
type Fault = (request: IncomingMessage, response: ServerResponse) => boolean;

export type OpenIdPeer = Awaited<ReturnType<typeof startOpenIdPeer>>;

/** A real OpenID provider on this machine, at which somebody is always signed in: `person`, or whoever a test says. */
export async function startOpenIdPeer(redirectUri: string) {
  const { default: Provider } = await quietly(() => import('oidc-provider'));
  const people = new Map<string, Person>();
  let signingKey = newKey();
  const state = { person: 'nobody', fault: null as Fault | null };
  let answer: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined;
  const server = createServer((request, response) => {
    if (!state.fault?.(request, response)) void answer(request, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** Starts the provider anew with other keys, as after a rotation. */
  async function changeKeys(): Promise<void> {
    signingKey = newKey();
    const configuration = configurationOf(redirectUri, people, signingKey);
    const provider = await quietly(() => new Provider(issuer, configuration));
    const callback = provider.callback();
    answer = async (request, response) => {
      if (!request.url?.startsWith('/interaction/')) return void (await callback(request, response));
      const result = { login: { accountId: state.person } };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    };
  }

  await changeKeys();
  return {
    issuer,
    changeKeys,
    /** From now on this is who signs in. */
    signIn(subject: string, person: Person): void {
      people.set(subject, person);
      state.person = subject;
    },
    /** An ID token as the provider signs it, with these claims or by this key. */
    idToken(claims: object, key: KeyObject = signingKey): string {
      const usual = { iss: issuer, aud: CLIENT.clientId, sub: state.person, ...people.get(state.person) };
      const token = { ...usual, iat: now(), exp: now() + 60, ...claims };
      return jwt.sign(token, key, { algorithm: 'RS256' });
    },
    /** From now on the provider misbehaves; null: no longer. */
    misbehave(fault: Fault | null): void {
      state.fault = fault;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The package warns on the console: of Node 20, on which it runs all the same, and of what is meant here. */
async function quietly<T>(work: () => T | Promise<T>): Promise<T> {
  const { info, warn } = console;
  console.info = console.warn = () => undefined;
  try {
    return await work();
  } finally {
    Object.assign(console, { info, warn });
  }
}

export function newKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

/** Seconds since 1970. */
function now(): number {
  return Math.floor(Date.now() / 1_000);
}

function configurationOf(
  redirectUri: string,
  people: ReadonlyMap<string, Person>,
  privateKey: KeyObject,
): Configuration {
  return {
    clients: [
      { client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, redirect_uris: [redirectUri] },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: ['a key of this test only'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified', 'hd'] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    ttl: { Session: 1, Interaction: 60, Grant: 60, AccessToken: 60, AuthorizationCode: 60, IdToken: 60 },
    findAccount: (_ctx, subject) => ({
      accountId: subject,
      claims: () => ({ sub: subject, ...people.get(subject) }),
    }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client?.clientId,
        accountId: ctx.oidc.session?.accountId,
      });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
  };
}
