import { AppError } from '../../../errors.js';
import type { RecordRefusal } from '../../../security/guard/refusal-record.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import { atEvenPace } from '../../identity/sign-in/even-pace.js';
import { createAttemptOf } from '../guarded-proof.js';
import type { SignedIn } from '../sign-in.service.js';
import type { Ceremony } from './add-passkey.js';
import type { PasskeyParts } from './passkey-parts.js';
import type { CeremonyAnswer, UsedPasskey } from './use-passkey.js';

/** Whose passkey is asked for: anybody's, that of an address, or that of a sign-in which lacks a second factor. */
export interface Asked {
  email: string | null;
  challenge: string | null;
}

/** A sign-in that was begun. `namesPasskeysOf`: the account whose passkeys the options name, for the server only. */
interface BegunSignIn extends Ceremony {
  namesPasskeysOf?: string;
}

/** Signs in with a passkey alone: possession of the key, and the person verified by the authenticator. */
export function createPasskeySignIn(parts: PasskeyParts) {
  const { db, mfa, signIn, proofs, guard } = parts;
  const { ceremonies, webAuthn, refusals, usePasskey } = proofs;
  const attemptOf = createAttemptOf(parts);

  /**
   * Begins. With an address only a passkey of its account will do; the answer names no passkeys, known address or
   * not: each can be found by its authenticator, and nobody learns who has one. With the challenge of a second
   * factor it names those of the account, whose first factor was proved.
   *
   * @throws AppError TOKEN_INVALID for a challenge that is unknown, expired, answered or worn out;
   *   RATE_LIMITED for a network that asks too often
   */
  async function begin({ email, challenge }: Asked, origin: RequestOrigin): Promise<BegunSignIn> {
    await guard.limit('passkeyQuestion', origin, recordHeldOff(null, origin));
    if (challenge !== null) return beginSecondFactor(challenge);
    const begun =
      email === null
        ? await ceremonies.begin({ purpose: 'SIGN_IN', userId: null, isBound: false })
        : await atEvenPace(() => beginFor(email));
    return { ceremony: begun.ceremony, options: await webAuthn.requestOptions(begun.challenge) };
  }

  async function beginFor(email: string) {
    const user = await db.user.findUnique({ where: { email }, select: { id: true } });
    return ceremonies.begin({ purpose: 'SIGN_IN', userId: user?.id ?? null, isBound: true });
  }

  async function beginSecondFactor(challenge: string): Promise<BegunSignIn> {
    const found = await db.$transaction((tx) => mfa.findChallenge(tx, challenge));
    if (!found) throw new AppError('TOKEN_INVALID');
    const { userId } = found;
    const own = await db.passkey.findMany({
      where: { userId },
      select: { credentialId: true, transports: true },
    });
    const begun = await ceremonies.begin({ purpose: 'SIGN_IN', userId, isBound: true });
    const options = await webAuthn.requestOptions(begun.challenge, own);
    return { ceremony: begun.ceremony, options, namesPasskeysOf: userId };
  }

  /**
   * Ends: opens a session that counts as one of two factors.
   *
   * @throws AppError TOKEN_INVALID for the ceremony, PASSKEY_INVALID for the answer, ACCOUNT_SUSPENDED,
   * ACCOUNT_DELETED, EMAIL_NOT_VERIFIED, RATE_LIMITED for a network or a known device that failed too often
   */
  async function finish(answer: CeremonyAnswer, origin: RequestOrigin): Promise<SignedIn> {
    const guarded = await attemptOf('passkey', origin, () => usePasskey.findHolder(db, answer));
    const record = recordHeldOff(guarded.account, origin);
    const used = await guard.attempt(guarded, () => requireUsed(answer, origin), record);
    const { userId, passwordChangedAt } = used;
    const first = { userId, amr: [...used.amr, 'mfa'], passwordChangedAt, origin };
    const attempt = { subjectId: userId, actorId: null, origin };
    const result = await refusals.recordFailure(attempt, () => signIn.continueSignIn(first));
    if ('challenge' in result) throw new Error('A passkey was not taken for two factors.');
    return result;
  }

  function recordHeldOff(subjectId: string | null, origin: RequestOrigin): RecordRefusal {
    return (reason) => refusals.recordAlone({ subjectId, actorId: null, origin }, reason);
  }

  async function requireUsed(answer: CeremonyAnswer, origin: RequestOrigin): Promise<UsedPasskey> {
    const outcome = await usePasskey.check(db, answer);
    if (!('code' in outcome)) return outcome;
    const { code, reason, subjectId } = outcome;
    if (code === 'PASSKEY_INVALID') await refusals.recordAlone({ subjectId, actorId: null, origin }, reason);
    throw new AppError(code);
  }

  return { begin, finish };
}
