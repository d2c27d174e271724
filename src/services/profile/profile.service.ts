import type { Database, Transaction } from '../../database/client.js';
import type { JsonObject } from '../../input/json-object.js';
import type { RequestOrigin } from '../../security/requests/request-context.js';
import type { AuditService } from '../audit/audit.service.js';
import { applyChanges, type ProfileColumns } from './profile-changes.js';
import type { ProfileChanges, ProfileRecord } from './profile-record.js';

const COLUMNS = {
  userId: true,
  fullName: true,
  avatarUrl: true,
  phoneNumber: true,
  preferences: true,
} as const;

/** What is not needed to sign in: name, picture, phone number, preferences. */
export function createProfileService({ db, audit }: { db: Database; audit: AuditService }) {
  /**
   * Reads the profile of a new account, and returns what writes it in the transaction that opens the account.
   * @throws AppError BAD_USER_INPUT naming the field
   */
  function prepare(profile: ProfileChanges): (tx: Transaction, userId: string) => Promise<void> {
    const columns = applyChanges(profile, {});
    return async (tx, userId) => {
      await tx.userProfile.create({
        data: { userId, preferences: {}, ...columns },
        select: { userId: true },
      });
    };
  }

  /** Writes the profiles of accounts that came from another system; the columns come from `applyChanges`. */
  async function importMany(
    tx: Transaction,
    profiles: readonly (ProfileColumns & { userId: string })[],
  ): Promise<void> {
    await tx.userProfile.createMany({ data: profiles.map((profile) => ({ preferences: {}, ...profile })) });
  }

  /**
   * Changes the profile of a user. Concurrent changes happen one after the other, so that none is lost.
   * The audit event names the fields, never their values.
   *
   * @throws AppError BAD_USER_INPUT naming the field
   */
  async function update(
    userId: string,
    changes: ProfileChanges,
    origin: RequestOrigin,
  ): Promise<ProfileRecord> {
    return db.$transaction(async (tx) => {
      await lockProfile(tx, userId);
      const stored = await tx.userProfile.findUnique({ where: { userId }, select: { preferences: true } });
      const columns = applyChanges(changes, (stored?.preferences ?? {}) as JsonObject);
      const fields = Object.keys(columns);
      const profile = stored
        ? await tx.userProfile.update({ where: { userId }, data: columns, select: COLUMNS })
        : await tx.userProfile.create({ data: { userId, preferences: {}, ...columns }, select: COLUMNS });
      if (fields.length > 0) {
        await audit.record(tx, {
          action: 'profile.updated',
          actorId: userId,
          subjectId: userId,
          origin,
          data: { fields },
        });
      }
      return profile as ProfileRecord;
    });
  }

  /** The profiles of these users, in their order; null where a user has none. */
  async function findMany(userIds: readonly string[]): Promise<(ProfileRecord | null)[]> {
    const rows = await db.piecewise.userProfile.findMany({
      where: { userId: { in: [...userIds] } },
      select: COLUMNS,
    });
    const byUser = new Map(rows.map((row) => [row.userId, row as ProfileRecord]));
    return userIds.map((userId) => byUser.get(userId) ?? null);
  }

  return { prepare, importMany, update, findMany };
}

export type ProfileService = ReturnType<typeof createProfileService>;

/** A lock that holds whether or not there is a row yet. */
async function lockProfile(tx: Transaction, userId: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('profile:' || ${userId}, 0))`;
}
