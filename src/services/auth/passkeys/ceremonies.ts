import { randomBytes } from 'node:crypto';
import { after, MINUTE, type Clock } from '../../../clock.js';
import type { Database, Transaction } from '../../../database/client.js';
import type { PasskeyPurpose } from '../../../database/generated/client.js';
import { NOT_HELD } from '../../../database/left-alone.js';
import { createOpaqueToken, hashOpaqueToken, isOpaqueToken } from '../../../security/tokens/opaque-token.js';

/** How long a person may take to answer, in milliseconds. */
export const CEREMONY_LIFETIME = 5 * MINUTE;

/** Web Authentication asks for 16 bytes at least (§13.4.3). */
const CHALLENGE_BYTES = 32;

/** Run-out ceremonies that a new one clears away: more than one, so that their number cannot grow. */
const CLEARED_AT_ONCE = 20;

const COLUMNS = {
  id: true,
  userId: true,
  purpose: true,
  isBound: true,
  name: true,
  challengeHash: true,
  expiresAt: true,
} as const;

export interface NewCeremony {
  purpose: PasskeyPurpose;
  /** The account that the answer must belong to; null with `isBound`: none fits. */
  userId: string | null;
  isBound: boolean;
  /** What a passkey that is being added is to be called. */
  name?: string;
}

/** A challenge on its way to the client, and the handle that comes back with the answer. */
export interface BegunCeremony {
  ceremony: string;
  challenge: Uint8Array<ArrayBuffer>;
}

/** A ceremony whose answer has come: it is gone from the database. */
export interface TakenCeremony {
  userId: string | null;
  isBound: boolean;
  name: string | null;
  /** Whether the answer is to this ceremony's challenge, base64url as the client data holds it. */
  isChallenge: (challenge: string) => boolean;
}

export type Ceremonies = ReturnType<typeof createCeremonies>;

/**
 * Challenges that wait for an authenticator's answer. Only hashes of handle and challenge are stored; each is good
 * for one answer, right or wrong, within five minutes.
 */
export function createCeremonies({ db, clock }: { db: Database; clock: Clock }) {
  /** Makes a challenge, and clears away a few that nobody answered. */
  async function begin({ purpose, userId, isBound, name }: NewCeremony): Promise<BegunCeremony> {
    await discardExpired(clock.now(), CLEARED_AT_ONCE);
    const ceremony = createOpaqueToken('ceremony');
    const challenge = new Uint8Array(randomBytes(CHALLENGE_BYTES));
    const createdAt = clock.now();
    await db.passkeyCeremony.create({
      data: {
        userId,
        purpose,
        isBound,
        ceremonyHash: hashOpaqueToken(ceremony),
        challengeHash: hashOpaqueToken(Buffer.from(challenge).toString('base64url')),
        ...(name === undefined ? {} : { name }),
        createdAt,
        expiresAt: after(createdAt, CEREMONY_LIFETIME),
      },
      select: { id: true },
    });
    return { ceremony, challenge };
  }

  /**
   * Takes a ceremony for the answer that has come: of parallel callers one gets it. Null when it is unknown, answered,
   * run out, for something else, or another's than `userId`'s.
   */
  async function take(
    client: Database | Transaction,
    ceremony: string,
    purpose: PasskeyPurpose,
    userId?: string,
  ): Promise<TakenCeremony | null> {
    if (!isOpaqueToken('ceremony', ceremony)) return null;
    const found = await client.passkeyCeremony.findUnique({
      where: { ceremonyHash: hashOpaqueToken(ceremony) },
      select: COLUMNS,
    });
    if (found?.purpose !== purpose || (userId !== undefined && found.userId !== userId)) return null;
    const { count } = await client.passkeyCeremony.deleteMany({ where: { id: found.id } });
    if (count !== 1 || found.expiresAt <= clock.now()) return null;
    return {
      userId: found.userId,
      isBound: found.isBound,
      name: found.name,
      isChallenge: (challenge) => hashOpaqueToken(challenge) === found.challengeHash,
    };
  }

  /** Deletes at most `limit` ceremonies that ran out before `moment`, those of held accounts excepted. Returns how many. */
  async function discardExpired(moment: Date, limit: number): Promise<number> {
    const rows = await db.passkeyCeremony.findMany({
      where: { expiresAt: { lt: moment }, OR: [{ userId: null }, { user: NOT_HELD }] },
      take: limit,
      select: { id: true },
    });
    if (rows.length === 0) return 0;
    const { count } = await db.passkeyCeremony.deleteMany({
      where: { id: { in: rows.map(({ id }) => id) } },
    });
    return count;
  }

  return { begin, take, discardExpired };
}
