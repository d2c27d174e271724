import { randomBytes } from 'node:crypto';
import type { Needles } from '../setup/search-files.js';

// A user whose every value is a word that stands nowhere else, for a search in everything that is written of them.

const ADDRESS = '203.0.113.77';

const canary = (name: string) => `canary${name}${randomBytes(6).toString('hex')}`;

/** A running server, behind a proxy that it trusts; of several processes, that take turns. */
interface CanaryServer {
  urls: readonly string[];
  /** The token in the link of the newest mail of a template; waits until there is one. */
  mailedToken: (template: string) => Promise<string>;
}

/**
 * Registers, verifies, signs in, refreshes, updates, and asks for a new address and a new password.
 *
 * @returns every personal value and every secret of this life, by what it is
 */
export async function liveCanaryLife({ urls, mailedToken }: CanaryServer): Promise<Map<string, string>> {
  const secrets = new Map<string, string>();
  for (const name of ['password', 'name', 'preference', 'user agent', 'path', 'local', 'other']) {
    secrets.set(name, canary(name.replace(' ', '')));
  }
  const read = (name: string) => secrets.get(name) ?? '';
  let calls = 0;
  const call = (path: string, body: object, token?: string) =>
    send(`${urls[calls++ % urls.length]}${path}`, body, {
      'user-agent': read('user agent'),
      ...bearer(token),
    });
  const email = `${read('local')}@example.com`;
  const password = `${read('password')} and more`;
  secrets.set('phone number', '+499876501234');
  await call('/api/v1/auth/register', {
    email,
    password,
    full_name: read('name'),
    phone_number: read('phone number'),
    avatar_url: `https://example.com/${read('path')}`,
    preferences: { note: read('preference') },
  });
  secrets.set('verification token', await mailedToken('verify-email'));
  await call('/api/v1/auth/verify-email', { token: read('verification token') });
  const login = await call('/api/v1/auth/login', { email, password });
  secrets.set('refresh token', String(login.refresh_token));
  const refreshed = await call('/api/v1/auth/refresh', { refresh_token: login.refresh_token });
  secrets.set('second refresh token', String(refreshed.refresh_token));
  const token = String(refreshed.access_token);
  secrets.set('access token', token.split('.')[2] ?? '');
  secrets.set('changed name', canary('changed'));
  await call('/api/v1/users/me', { full_name: read('changed name') }, token);
  const query =
    'mutation ($to: EmailAddress!, $password: String!) { requestEmailChange(newEmail: $to, password: $password) { success } }';
  const variables = { to: `${read('other')}@example.com`, password };
  await call('/graphql', { query, variables }, token);
  secrets.set('change token', await mailedToken('confirm-email-change'));
  await call('/api/v1/auth/reset-password', { email });
  secrets.set('reset token', await mailedToken('reset-password'));
  secrets.set('address', ADDRESS);
  secrets.set('password hash', '$argon2id$');
  return secrets;
}

const bearer = (token?: string): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

async function send(
  url: string,
  body: object,
  headers: Record<string, string>,
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: url.endsWith('/me') ? 'PUT' : 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': ADDRESS, ...headers },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok || answer.errors) throw new Error(`${url} answered ${JSON.stringify(answer)}`);
  return answer;
}

/** Every form in which the values could lie about: as they are, as bytes in hex (bytea), in base64. */
export function everyFormOf(secrets: ReadonlyMap<string, string>): Needles {
  return new Map([...secrets].map(([name, value]) => [name, formsOf(value)]));
}

function formsOf(value: string): Buffer[] {
  const bytes = Buffer.from(value);
  const texts = [value, value.toUpperCase(), bytes.toString('hex')];
  // Base64 depends on where the value starts; the middle of each of the three alignments is fixed.
  for (const lead of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replaceAll('=', '');
    texts.push(encoded.slice(4, -4), encoded.slice(4, -4).replaceAll('+', '-').replaceAll('/', '_'));
  }
  return texts.filter((text) => text.length >= 6).map((text) => Buffer.from(text));
}
