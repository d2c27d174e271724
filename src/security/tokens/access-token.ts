import { randomUUID } from 'node:crypto';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { SECOND, type Clock } from '../../clock.js';
import { AppError } from '../../errors.js';
import { levelOf } from '../rights/assurance.js';
import type { SigningKeys, VerificationKey } from '../signing-keys/signing-keys.js';
import type { Viewer } from '../rights/viewer.js';

const ALGORITHM = 'ES256';
const TYPE = 'at+jwt';
/** The one OAuth client so far: the product's own front ends. RFC 9068 requires the claim. */
const CLIENT_ID = 'custodia';
const MAX_TOKEN_LENGTH = 4_096;
/** Two servers' clocks may differ by this much. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** Bounds on the memory that verified tokens take: entries, and characters of their texts. */
const CACHE = { max: 20_000, maxSize: 32 * 1024 * 1024 };

export interface AccessTokenDeps {
  signingKeys: SigningKeys;
  clock: Clock;
  config: { publicUrl: string; accessTokenTtl: number };
}

export interface AccessToken {
  token: string;
  expiresAt: Date;
}

export interface AccessTokens {
  /** Signs an access token of RFC 9068 for a session. It names nobody: ids and times only. */
  issue(viewer: Viewer): Promise<AccessToken>;
  /**
   * Who a token speaks for: at once when its key is known, else after the keys were read again.
   * Throws UNAUTHENTICATED for anything that is not a valid access token of this server, and for one that is older
   * than tokens now live: no process remembers the end of a session for longer than that.
   */
  verify(token: string): Viewer | Promise<Viewer>;
}

/**
 * Issues and verifies access tokens: ES256 only, issuer, audience and type checked. A token that was
 * verified is remembered until it expires, since an ECDSA check costs more than the rest of a request.
 * Whether its session has been ended is not asked here but by `authenticate`, on every request.
 */
export function createAccessTokens({ signingKeys, clock, config }: AccessTokenDeps): AccessTokens {
  const life = Math.floor(config.accessTokenTtl / SECOND);
  const verified = new LRUCache<string, { viewer: Viewer; deadline: number }>({
    ...CACHE,
    sizeCalculation: (_entry, token) => token.length + 256,
  });

  async function issue(viewer: Viewer): Promise<AccessToken> {
    const key = await signingKeys.current();
    const issuedAt = Math.floor(clock.now().getTime() / SECOND);
    const expiresAt = issuedAt + life;
    const claims = {
      iss: config.publicUrl,
      aud: config.publicUrl,
      sub: viewer.userId,
      sid: viewer.sessionId,
      jti: randomUUID(),
      iat: issuedAt,
      exp: expiresAt,
      auth_time: Math.floor(viewer.authTime.getTime() / SECOND),
      amr: viewer.amr,
      acr: levelOf(viewer.amr),
      scope: viewer.scope.join(' '),
      client_id: CLIENT_ID,
    };
    const header = { alg: ALGORITHM, typ: TYPE, kid: key.kid };
    const token = jwt.sign(claims, key.privateKey, { algorithm: ALGORITHM, header });
    return { token, expiresAt: new Date(expiresAt * SECOND) };
  }

  function verify(token: string): Viewer | Promise<Viewer> {
    const remembered = verified.get(token);
    if (remembered && clock.now().getTime() < remembered.deadline) return remembered.viewer;
    if (remembered) verified.delete(token);
    const kid = readKeyId(token);
    const key = signingKeys.find(kid);
    if (key) return check(token, key);
    return signingKeys.findAfterReload(kid).then((found) => check(token, found));
  }

  function check(token: string, key: VerificationKey | null): Viewer {
    if (!key) throw new AppError('UNAUTHENTICATED');
    const claims = verifySignatureAndClaims(token, key);
    const viewer = toViewer(claims);
    const last = Math.min(claims.exp ?? 0, (claims.iat ?? 0) + life);
    verified.set(token, { viewer, deadline: (last + CLOCK_TOLERANCE_SECONDS) * SECOND });
    return viewer;
  }

  function verifySignatureAndClaims(token: string, key: VerificationKey): JwtPayload {
    try {
      const { payload } = jwt.verify(token, key.publicKey, {
        complete: true,
        algorithms: [ALGORITHM],
        issuer: config.publicUrl,
        audience: config.publicUrl,
        clockTimestamp: Math.floor(clock.now().getTime() / SECOND),
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        maxAge: life,
      });
      if (typeof payload === 'object') return payload;
    } catch (cause) {
      throw new AppError('UNAUTHENTICATED', { cause });
    }
    throw new AppError('UNAUTHENTICATED');
  }

  return { issue, verify };
}

/** The key id of a token whose header has our type and algorithm. The signature is still to be checked. */
function readKeyId(token: string): string {
  if (token.length > MAX_TOKEN_LENGTH) throw new AppError('UNAUTHENTICATED');
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'));
  } catch (cause) {
    throw new AppError('UNAUTHENTICATED', { cause });
  }
  const { typ, alg, kid } = (header ?? {}) as Record<string, unknown>;
  if (typ !== TYPE || alg !== ALGORITHM || typeof kid !== 'string') throw new AppError('UNAUTHENTICATED');
  return kid;
}

function toViewer(claims: JwtPayload): Viewer {
  const { sub, sid, exp, auth_time: authTime, amr, scope } = claims as Record<string, unknown>;
  if (
    typeof sub !== 'string' ||
    typeof sid !== 'string' ||
    typeof exp !== 'number' ||
    typeof authTime !== 'number' ||
    typeof scope !== 'string' ||
    !Array.isArray(amr)
  ) {
    throw new AppError('UNAUTHENTICATED');
  }
  return {
    userId: sub,
    sessionId: sid,
    authTime: new Date(authTime * SECOND),
    amr: amr.map(String),
    scope: scope === '' ? [] : scope.split(' '),
  };
}
