import { AppError } from '../../../errors.js';
import { isPlainObject, parseJsonObject } from '../../../input/json-object.js';
import type { SecondFactor, SecondFactorAttempt } from '../mfa/second-factor.js';
import type { Refusals } from './refusals.js';
import type { CeremonyAnswer, UsePasskey } from './use-passkey.js';

const MAX_RESPONSE_BYTES = 16 * 1024;

/**
 * A passkey after another factor. Its `code` is the JSON text of `{ "ceremony", "response" }`: what
 * `beginPasskeyLogin` answered, and what the browser did.
 */
export function createPasskeyFactor({
  usePasskey,
  refusals,
}: {
  usePasskey: UsePasskey;
  refusals: Refusals;
}): SecondFactor {
  return {
    method: 'PASSKEY',
    standsAlone: true,
    isSetUpSql: 'EXISTS (SELECT 1 FROM passkeys WHERE user_id = u.id)',

    async check(tx, { user, code, origin, challengeId }: SecondFactorAttempt) {
      const answer = readAnswer(code);
      if (!answer) return new AppError('MFA_INVALID');
      const outcome = await usePasskey.check(tx, answer, user.id);
      if (!('code' in outcome)) return outcome.amr;
      const actorId = challengeId === null ? user.id : null;
      await refusals.record(tx, { subjectId: user.id, actorId, origin }, outcome.reason);
      return new AppError('MFA_INVALID');
    },

    async discard(tx, userId, since) {
      await tx.passkeyCeremony.deleteMany({ where: { userId } });
      const set = since === null ? {} : { createdAt: { gte: since } };
      return (await tx.passkey.deleteMany({ where: { userId, ...set } })).count;
    },
  };
}

/** What the text says, if it says anything. */
function readAnswer(code: string): CeremonyAnswer | null {
  try {
    const given: unknown = JSON.parse(code);
    if (!isPlainObject(given) || typeof given.ceremony !== 'string') return null;
    const response = parseJsonObject(given.response, 'response', MAX_RESPONSE_BYTES);
    return { ceremony: given.ceremony, response };
  } catch {
    return null;
  }
}
