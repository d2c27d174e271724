import type { Clock } from '../../../clock.js';
import type { Database, Transaction } from '../../../database/client.js';
import type { JsonObject } from '../../../input/json-object.js';
import type { Ceremonies } from './ceremonies.js';
import type { WebAuthn } from './web-authn.js';

/** An authenticator's answer: untrusted. */
export interface CeremonyAnswer {
  ceremony: string;
  response: JsonObject;
}

/** A passkey whose signature holds. */
export interface UsedPasskey {
  userId: string;
  /** What it proves, as RFC 8176 values: a key that may be copied is one in software. */
  amr: string[];
  /** Of the account, when the passkey was looked up: a password that was reset since voids the proof. */
  passwordChangedAt: Date | null;
}

/** An answer that was refused. */
export interface RefusedPasskey {
  code: 'TOKEN_INVALID' | 'PASSKEY_INVALID';
  /** For the record of events only. */
  reason: string;
  subjectId: string | null;
}

const COLUMNS = {
  id: true,
  userId: true,
  credentialId: true,
  publicKey: true,
  signCount: true,
  transports: true,
  isSynced: true,
  user: { select: { passwordChangedAt: true } },
} as const;

export type UsePasskey = ReturnType<typeof createUsePasskey>;

/** The check of a passkey's signature, for signing in and as a second factor. */
export function createUsePasskey(parts: { clock: Clock; ceremonies: Ceremonies; webAuthn: WebAuthn }) {
  const { clock, ceremonies, webAuthn } = parts;

  /**
   * Checks an answer and notes the use of the passkey. `userId`: whose it must be. A refusal is returned, not thrown:
   * the ceremony is spent all the same.
   */
  async function check(
    client: Database | Transaction,
    { ceremony, response }: CeremonyAnswer,
    userId?: string,
  ): Promise<UsedPasskey | RefusedPasskey> {
    const taken = await ceremonies.take(client, ceremony, 'SIGN_IN');
    if (!taken) return { code: 'TOKEN_INVALID', reason: 'ceremony', subjectId: null };
    const passkey = await findByCredential(client, response.id);
    if (!passkey) return refused('unknown', null);
    const wanted = userId ?? passkey.userId;
    if (passkey.userId !== wanted || (taken.isBound && taken.userId !== wanted)) {
      return refused('another-account', passkey.userId);
    }
    const signCount = await webAuthn.checkSignature(response, passkey, taken);
    if (signCount === null) return refused('answer', passkey.userId);
    if (!(await markUsed(client, passkey.id, signCount))) return refused('counter', passkey.userId);
    const amr = [passkey.isSynced ? 'swk' : 'hwk', 'user'];
    return { userId: passkey.userId, amr, passwordChangedAt: passkey.user.passwordChangedAt };
  }

  /**
   * Moves the counter on (Web Authentication, §7.2 step 22): one that stands still or falls back is that of a copy.
   * Authenticators that count nothing answer 0 each time.
   *
   * @returns false for a counter that has not moved on, or a passkey that was removed meanwhile
   */
  async function markUsed(client: Database | Transaction, id: string, signCount: bigint): Promise<boolean> {
    const before = signCount === 0n ? { equals: 0n } : { lt: signCount };
    const { count } = await client.passkey.updateMany({
      where: { id, signCount: before },
      data: { signCount, lastUsedAt: clock.now() },
    });
    return count === 1;
  }

  async function findByCredential(client: Database | Transaction, id: unknown) {
    if (typeof id !== 'string') return null;
    return client.passkey.findUnique({ where: { credentialId: id }, select: COLUMNS });
  }

  /** Whose passkey an answer says that it is of; the id of the account, or null. Nothing of it is proved. */
  async function findHolder(client: Database, { response }: CeremonyAnswer): Promise<string | null> {
    if (typeof response.id !== 'string') return null;
    const where = { credentialId: response.id };
    return (await client.passkey.findUnique({ where, select: { userId: true } }))?.userId ?? null;
  }

  return { check, findHolder };
}

function refused(reason: string, subjectId: string | null): RefusedPasskey {
  return { code: 'PASSKEY_INVALID', reason, subjectId };
}
