import type { MfaParts } from './mfa-parts.js';

export interface MfaStatusRecord {
  totpEnabled: boolean;
  recoveryCodesLeft: number;
}

/** What an account's owner sees of the second factors. */
export function createMfaStatus({ db }: Pick<MfaParts, 'db'>) {
  /** The status of each of these accounts, in their order, by two statements. */
  return async function statusOf(userIds: readonly string[]): Promise<MfaStatusRecord[]> {
    const among = { userId: { in: [...userIds] } };
    const [authenticators, groups] = await Promise.all([
      db.totpAuthenticator.findMany({
        where: { ...among, confirmedAt: { not: null } },
        select: { userId: true },
      }),
      db.recoveryCode.groupBy({ by: ['userId'], where: { ...among, usedAt: null }, _count: { _all: true } }),
    ]);
    const enabled = new Set(authenticators.map(({ userId }) => userId));
    const codes = new Map(groups.map((group) => [group.userId, group._count._all]));
    return userIds.map((userId) => ({
      totpEnabled: enabled.has(userId),
      recoveryCodesLeft: codes.get(userId) ?? 0,
    }));
  };
}
