import type { Clock } from '../../../clock.js';
import type { Config } from '../../../config.js';
import type { Database, Transaction } from '../../../database/client.js';
import type { Jobs } from '../../../jobs/jobs.js';
import type { Log } from '../../../log.js';
import type { Mail } from '../../../mail/outbox.js';
import type { Privacy } from '../../../privacy/privacy.js';
import type { Viewer } from '../../../security/rights/viewer.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { SignStatement } from '../../../security/signing-keys/signed-statement.js';
import type { StaffRights } from '../../identity/accounts/staff-rights.js';
import type { AuditService } from '../../audit/audit.service.js';
import type { CaseService } from '../cases/case.service.js';
import type { ErasureLedger, LedgerEntry } from './erasure-ledger.js';
import type { ErasureNotices } from './erasure-notices.js';
import type { ErasurePlan } from './erasure-plan.js';

/** What the erasure service is built from. */
export interface ErasureParts {
  db: Database;
  /** For what needs a connection of its own: VACUUM, and a lock that outlives a transaction. */
  databaseUrl: string;
  privacy: Privacy;
  clock: Clock;
  audit: AuditService;
  jobs: Jobs;
  mail: Mail;
  log: Log;
  sign: SignStatement;
  ledger: ErasureLedger;
  cases: Pick<CaseService, 'open' | 'closeByReference' | 'closeAllOf'>;
  notices: ErasureNotices;
  config: Pick<Config, 'erasureGrace' | 'publicUrl'>;
  endSessions: (
    tx: Transaction,
    userId: string,
    ending: { reason: string; actorId?: string | null; origin?: RequestOrigin | null },
  ) => Promise<number>;
  /** Keeps the ids of ended sessions for as long as their tokens live: their rows are about to go. */
  keepEndedSessions: (tx: Transaction, userId: string) => Promise<void>;
  rights: {
    /** Taken before any account's lock. */
    lockRights(tx: Transaction): Promise<void>;
    /** Throws CONFLICT when the account is the last administrator who stays. */
    requireAnotherAdmin(
      tx: Transaction,
      userId: string,
      findLeaving?: (tx: Transaction, userIds: readonly string[]) => Promise<Set<string>>,
    ): Promise<void>;
    requirePrivacyRight: StaffRights['requirePrivacyRight'];
  };
  /** Counts of attempts, which only the server's key tells whose they are. */
  attempts: {
    /** Keyed hashes that find all about the id of an account, or an address, and tell neither. */
    keysAbout(subject: string): string[];
    /** Erases what these find. Rejects while the store of counts does not answer. */
    erase(keys: readonly string[]): Promise<void>;
  };
  /** Each removes one kind of file about a person, and bears repetition. */
  removeFiles: readonly ((userId: string) => Promise<void>)[];
}

/** The same with what the service makes for its own operations. */
export interface ErasureInternals extends ErasureParts {
  plan: ErasurePlan;
}

/** Who asks for something about an account, and from where. */
export interface ErasureActor {
  actorId: string;
  origin: RequestOrigin;
}

/** The same for a member of staff who acts on somebody else's account. */
export interface StaffActor extends ErasureActor {
  viewer: Pick<Viewer, 'userId' | 'amr' | 'authTime'>;
}

const LEDGER_LOCK = 'custodia erasure ledger';

/** Writes one line of the ledger. The lock lets one process append at a time, wherever the ledger lies. */
export async function appendToLedger(
  { db, ledger }: Pick<ErasureParts, 'db' | 'ledger'>,
  entry: LedgerEntry,
): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${LEDGER_LOCK}, 0))`;
    await ledger.append(entry);
  });
}
