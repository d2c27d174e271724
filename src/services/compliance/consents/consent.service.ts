import type { Clock } from '../../../clock.js';
import type { Database, Transaction } from '../../../database/client.js';
import { AppError, badInput } from '../../../errors.js';
import { parseText } from '../../../input/text.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import type { AuditService } from '../../audit/audit.service.js';
import { lockUser } from '../../identity/accounts/locked-user.js';
import { isVisible } from '../../identity/accounts/user-record.js';
import type { CaseService } from '../cases/case.service.js';

/** What a person agreed to, or refused. */
export interface ConsentChoice {
  purpose: string;
  granted: boolean;
  policyVersion: string;
}

/** What a person decided last about a purpose, and when. */
export interface ConsentRecord extends ConsentChoice {
  readonly recordedAt: Date;
}

/** Who decides, for themselves. */
export interface ConsentGiver {
  userId: string;
  origin: RequestOrigin;
}

export interface ConsentParts {
  db: Database;
  clock: Clock;
  audit: AuditService;
  cases: Pick<CaseService, 'open'>;
}

const MAX_CHOICES = 50;
/** Different purposes one account may have decided about; more are no person's doing. */
const MAX_PURPOSES = 200;

/** The record of consents (GDPR Art. 7(1)): each choice is a row of its own, and none is ever changed. */
export function createConsentService({ db, clock, audit, cases }: ConsentParts) {
  /**
   * Reads the choices that somebody registers with, and returns what records them in the transaction that opens
   * the account.
   *
   * @throws AppError BAD_USER_INPUT naming the field
   */
  function prepare(choices: readonly ConsentChoice[], origin: RequestOrigin) {
    const rows = readChoices(choices);
    return async (tx: Transaction, userId: string): Promise<void> => {
      for (const row of rows) await record(tx, { userId, origin }, row);
    };
  }

  /** A row and the event that proves it: who, when, from where, and which text they saw. */
  async function record(
    tx: Transaction,
    { userId, origin }: ConsentGiver,
    choice: ConsentChoice,
  ): Promise<void> {
    await tx.consent.create({ data: { userId, ...choice, recordedAt: clock.now() }, select: { id: true } });
    const action = 'consent.recorded';
    await audit.record(tx, { action, actorId: userId, subjectId: userId, origin, data: { ...choice } });
  }

  /**
   * Gives a consent, or withdraws it: the same call with the same effort (Art. 7(3) GDPR). Earlier choices stay.
   *
   * @returns what the person decided last, for every purpose
   * @throws AppError BAD_USER_INPUT naming the field
   */
  function set(giver: ConsentGiver, choice: ConsentChoice): Promise<ConsentRecord[]> {
    const row = readChoice(choice, 'input.');
    return decide(giver, (tx) => record(tx, giver, row));
  }

  /**
   * Objects to processing that rests on legitimate interests, or to direct marketing (Art. 21 GDPR): records the
   * refusal, and opens a case that staff answers within a month.
   *
   * @param grounds the person's own situation; may be null for direct marketing
   * @throws AppError BAD_USER_INPUT naming the field
   */
  function object(
    giver: ConsentGiver,
    { purpose, policyVersion, grounds }: Objection,
  ): Promise<ConsentRecord[]> {
    const row = readChoice({ purpose, policyVersion, granted: false }, 'input.');
    const told = grounds ? parseText(grounds, 'input.grounds', { max: 2_000, multiline: true }) : '';
    return decide(giver, async (tx) => {
      await record(tx, giver, row);
      await cases.open(tx, {
        userId: giver.userId,
        type: 'OBJECTION',
        channel: 'self-service',
        receivedAt: clock.now(),
        identityProof: 'Signed in',
        openedBy: giver.userId,
        reference: null,
        origin: giver.origin,
        told: 'by mail',
        details: `Objects to: ${row.purpose}${told === '' ? '' : `\n${told}`}`,
      });
    });
  }

  function decide(giver: ConsentGiver, work: (tx: Transaction) => Promise<void>): Promise<ConsentRecord[]> {
    return db.$transaction(async (tx) => {
      const user = await lockUser(tx, giver.userId);
      if (!user || !isVisible(user)) throw new AppError('UNAUTHENTICATED');
      await work(tx);
      const latest = await latestOf(tx, [giver.userId]);
      if (latest.length > MAX_PURPOSES)
        throw badInput('input.purpose', 'is one too many: no more can be kept');
      return latest;
    });
  }

  /** What these people decided last about each purpose, in their order. */
  async function findMany(userIds: readonly string[]): Promise<ConsentRecord[][]> {
    const rows = await latestOf(db, userIds);
    return userIds.map((id) => rows.filter(({ userId }) => userId === id));
  }

  return { prepare, set, object, findMany };
}

export type ConsentService = ReturnType<typeof createConsentService>;

function latestOf(client: Database | Transaction, userIds: readonly string[]) {
  return client.consent.findMany({
    where: { userId: { in: [...userIds] } },
    distinct: ['userId', 'purpose'],
    orderBy: [{ purpose: 'asc' }, { recordedAt: 'desc' }, { id: 'desc' }],
    select: { userId: true, purpose: true, granted: true, policyVersion: true, recordedAt: true },
  });
}

export interface Objection {
  purpose: string;
  policyVersion: string;
  grounds?: string | null;
}

function readChoice({ purpose, granted, policyVersion }: ConsentChoice, path: string): ConsentChoice {
  return {
    purpose: parseText(purpose, `${path}purpose`, { min: 1, max: 100 }),
    granted,
    policyVersion: parseText(policyVersion, `${path}policyVersion`, { min: 1, max: 50 }),
  };
}

function readChoices(choices: readonly ConsentChoice[]): ConsentChoice[] {
  if (choices.length > MAX_CHOICES) throw badInput('consents', `must have at most ${MAX_CHOICES} entries`);
  const rows = choices.map((choice, index) => readChoice(choice, `consents.${index}.`));
  if (new Set(rows.map((row) => row.purpose)).size < rows.length) {
    throw badInput('consents', 'must name each purpose once');
  }
  return rows;
}
