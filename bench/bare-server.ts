import {
  createHash,
  createPublicKey,
  randomBytes,
  randomUUID,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { verify as verifyPassword } from '@node-rs/argon2';
import jwt from 'jsonwebtoken';
import pg from 'pg';

/**
 * The limit that Custodia is measured against: what a server must at least do to answer the same
 * questions. `node:http`, a `pg` pool, an ES256 check that is remembered for each token, one prepared
 * statement on plain columns, JSON.stringify. No GraphQL, no sealing, no validation, no limits.
 */
export interface BareServerJob {
  databaseUrl: string;
  jwks: { keys: (JsonWebKey & { kid: string })[] };
  issuer: string;
  signingKeyPem: string;
}

const VIEWER = {
  name: 'viewer',
  text: `SELECT u.id, u.email, u.is_verified, u.status, u.created_at, u.last_login_at,
                p.full_name, p.avatar_url, p.phone_number, p.preferences
           FROM users u JOIN user_profiles p ON p.user_id = u.id WHERE u.id = $1`,
};

function start({ databaseUrl, jwks, issuer, signingKeyPem }: BareServerJob): void {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const keys = new Map(jwks.keys.map((jwk) => [jwk.kid, createPublicKey({ key: jwk, format: 'jwk' })]));
  const verifiedTokens = new Map<string, jwt.JwtPayload>();

  function whoSent(authorization: string | undefined): jwt.JwtPayload {
    const token = authorization?.slice(7) ?? '';
    const known = verifiedTokens.get(token);
    if (known !== undefined && Number(known.exp) * 1_000 > Date.now()) return known;
    const kid = jwt.decode(token, { complete: true })?.header.kid ?? '';
    const key = keys.get(kid) as KeyObject;
    const claims = jwt.verify(token, key, { algorithms: ['ES256'], issuer, audience: issuer });
    verifiedTokens.set(token, claims as jwt.JwtPayload);
    return claims as jwt.JwtPayload;
  }

  async function viewer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { sub } = whoSent(request.headers.authorization);
    const { rows } = await pool.query<Record<string, unknown>>({ ...VIEWER, values: [sub] });
    const row = rows[0] ?? {};
    answer(response, {
      data: {
        viewer: {
          id: row.id,
          email: row.email,
          isVerified: row.is_verified,
          status: row.status,
          createdAt: row.created_at,
          lastLoginAt: row.last_login_at,
          profile: {
            fullName: row.full_name,
            avatarUrl: row.avatar_url,
            phoneNumber: row.phone_number,
            preferences: row.preferences,
          },
        },
      },
    });
  }

  async function login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
    const { email, password } = JSON.parse(text) as { email: string; password: string };
    const { rows } = await pool.query<{ id: string; password_hash: string }>({
      name: 'by-email',
      text: 'SELECT id, password_hash FROM users WHERE email = $1',
      values: [email],
    });
    const user = rows[0];
    if (!user || !(await verifyPassword(user.password_hash, password))) return answer(response, {}, 401);
    const sessionId = randomUUID();
    const refreshToken = randomBytes(32).toString('base64url');
    await pool.query({
      name: 'open-session',
      text: `WITH session AS (INSERT INTO sessions (id, user_id, token_hash) VALUES ($1, $2, $3))
             UPDATE users SET last_login_at = now() WHERE id = $2`,
      values: [sessionId, user.id, createHash('sha256').update(refreshToken).digest('base64url')],
    });
    const claims = { iss: issuer, aud: issuer, sub: user.id, sid: sessionId };
    const accessToken = jwt.sign(claims, signingKeyPem, { algorithm: 'ES256', expiresIn: 600 });
    answer(response, { data: { login: { user: { id: user.id }, tokens: { accessToken, refreshToken } } } });
  }

  const server = createServer((request, response) => {
    const work = request.url === '/viewer' ? viewer(request, response) : login(request, response);
    work.catch((error: unknown) => answer(response, { error: String(error) }, 500));
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
}

function answer(response: ServerResponse, value: unknown, status = 200): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length });
  response.end(body);
}

process.once('message', start);
process.on('disconnect', () => process.exit(0));
