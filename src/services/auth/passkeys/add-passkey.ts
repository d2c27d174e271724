import { AppError } from '../../../errors.js';
import type { JsonObject } from '../../../input/json-object.js';
import { parseText } from '../../../input/text.js';
import { isUniqueViolation } from '../../identity/accounts/unique-violation.js';
import type { UserRecord } from '../../identity/accounts/user-record.js';
import { requireOwner } from '../mfa/mfa-owner.js';
import type { MfaCaller } from '../mfa/mfa-parts.js';
import type { PasskeyParts } from './passkey-parts.js';
import type { RequireFresh } from './require-fresh.js';
import type { CeremonyAnswer } from './use-passkey.js';
import type { NewCredential } from './web-authn.js';

const MAX_NAME_LENGTH = 100;
/** Enough for every device of a person; a bound on what an account can fill. */
const MAX_PASSKEYS = 20;

/** What a client hands to the browser, and the handle that goes back with the answer. */
export interface Ceremony {
  ceremony: string;
  options: JsonObject;
}

/** Adds a passkey to the account of a signed-in user. */
export function createAddPasskey(parts: PasskeyParts & { requireFresh: RequireFresh }) {
  const { db, clock, audit, mail, identity, sessions, proofs, requireFresh } = parts;
  const { ceremonies, webAuthn, refusals } = proofs;

  /**
   * Begins: the options are for `navigator.credentials.create`, which refuses authenticators that the account has
   * already.
   *
   * @throws AppError STEP_UP_REQUIRED; BAD_USER_INPUT for the name; CONFLICT when the account has as many as it may
   */
  async function begin({ viewer }: MfaCaller, name: string): Promise<Ceremony> {
    await requireFresh(viewer);
    const { userId } = viewer;
    const given = parseText(name, 'name', { min: 1, max: MAX_NAME_LENGTH });
    const user = await identity.findUser(userId);
    if (!user?.email) throw new AppError('UNAUTHENTICATED');
    const existing = await db.passkey.findMany({
      where: { userId },
      select: { credentialId: true, transports: true },
    });
    requireRoom(existing.length);
    const begun = await ceremonies.begin({ purpose: 'REGISTER', userId, isBound: true, name: given });
    const account = { id: userId, name: user.email };
    return {
      ceremony: begun.ceremony,
      options: await webAuthn.creationOptions(begun.challenge, account, existing),
    };
  }

  /**
   * Ends: stores the passkey, if the authenticator's answer holds, and mails a notice. The session counts as one of
   * two factors from its next token on: the person has just proved the passkey.
   *
   * @throws AppError TOKEN_INVALID for the ceremony, PASSKEY_INVALID for the answer, CONFLICT for a passkey that is
   * registered already
   */
  async function finish(caller: MfaCaller, { ceremony, response }: CeremonyAnswer): Promise<UserRecord> {
    const { userId } = caller.viewer;
    const taken = await ceremonies.take(db, ceremony, 'REGISTER', userId);
    if (!taken) throw new AppError('TOKEN_INVALID');
    const credential = await webAuthn.checkCreation(response, taken);
    if (!credential) {
      await refusals.recordAlone({ subjectId: userId, actorId: userId, origin: caller.origin }, 'answer');
      throw new AppError('PASSKEY_INVALID');
    }
    return store(caller, taken.name ?? '', credential).catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new AppError('CONFLICT', { hint: 'This passkey is registered already.' });
    });
  }

  async function store(
    { viewer: { userId, sessionId }, origin }: MfaCaller,
    name: string,
    credential: NewCredential,
  ): Promise<UserRecord> {
    return db.$transaction(async (tx) => {
      const user = await requireOwner(tx, userId);
      requireRoom(await tx.passkey.count({ where: { userId } }));
      const data = { userId, name, ...credential, createdAt: clock.now() };
      const { id: passkeyId } = await tx.passkey.create({ data, select: { id: true } });
      await sessions.addSecondFactor(tx, sessionId, [credential.isSynced ? 'swk' : 'hwk', 'user']);
      const event = { action: 'passkey.added', actorId: userId, subjectId: userId } as const;
      await audit.record(tx, { ...event, origin, data: { passkeyId } });
      const to = { address: user.email };
      const params = await identity.disownLink(tx, user);
      await mail.sendLater(tx, { userId, to, template: 'passkey-added', params });
      return user;
    });
  }

  return { begin, finish };
}

function requireRoom(count: number): void {
  if (count < MAX_PASSKEYS) return;
  throw new AppError('CONFLICT', { hint: `An account has at most ${MAX_PASSKEYS} passkeys.` });
}
