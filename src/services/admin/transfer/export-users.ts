import type { TransferParts } from './import-users.js';

const PAGE = 250;
const COLUMNS = {
  id: true,
  email: true,
  isVerified: true,
  passwordHash: true,
  status: true,
  createdAt: true,
  lastLoginAt: true,
  suspendedAt: true,
  suspendedUntil: true,
  suspensionReason: true,
  deletedAt: true,
  deletionReason: true,
  processingRestrictedAt: true,
  profile: { select: { fullName: true, avatarUrl: true, phoneNumber: true, preferences: true } },
  socialLogins: {
    select: { provider: true, providerId: true, linkedAt: true },
    orderBy: { linkedAt: 'asc' },
  },
} as const;

/** Hands accounts on to another system: docs/moving-accounts.md. */
export function createExportUsers({ db, audit }: Pick<TransferParts, 'db' | 'audit'>) {
  /**
   * Every account that is not erased or being erased, as records that `custodia users import` reads, by their ids. Each
   * is an audit event about its person, written before the record is handed on. After a restore, the erasures of the
   * ledger have to be carried out first.
   */
  return async function* exportUsers(): AsyncIterable<Record<string, unknown>> {
    for (let after: string | null = null; ;) {
      const page = await readPage(after);
      for (const user of page) yield recordOf(user);
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      after = last.id;
    }
  };

  function readPage(after: string | null) {
    return db.$transaction(async (tx) => {
      const page = await tx.user.findMany({
        where: {
          status: { not: 'ERASED' },
          erasureRequests: { none: { status: 'RUNNING' } },
          ...(after === null ? {} : { id: { gt: after } }),
        },
        orderBy: { id: 'asc' },
        take: PAGE,
        select: COLUMNS,
      });
      await audit.recordMany(
        tx,
        page.map(({ id }) => ({ action: 'user.exported' as const, actorId: null, subjectId: id })),
      );
      return page;
    });
  }
}

/** What is null or empty says nothing, and is left out. */
function recordOf({ profile, socialLogins, ...user }: Record<string, unknown>): Record<string, unknown> {
  const record = withoutNulls(user);
  const known = withoutNulls((profile ?? {}) as Record<string, unknown>);
  if (Object.keys(known.preferences ?? {}).length === 0) delete known.preferences;
  if (Object.keys(known).length > 0) record.profile = known;
  if ((socialLogins as unknown[]).length > 0) record.socialLogins = socialLogins;
  return record;
}

function withoutNulls(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
