import type { Transaction } from '../../database/client.js';
import { badInput } from '../../errors.js';
import { parseText } from '../../input/text.js';
import type { RequestOrigin } from '../../security/request-context.js';
import type { AuditService } from '../audit/audit.service.js';

/** What a person agreed to, or refused. */
export interface ConsentChoice {
  purpose: string;
  granted: boolean;
  policyVersion: string;
}

const MAX_CHOICES = 50;

/** The record of consents (GDPR Art. 7(1)): each choice is a row of its own, and none is ever changed. */
export function createConsentService({ audit }: { audit: AuditService }) {
  /**
   * Reads the choices that somebody registers with, and returns what records them in the transaction that opens
   * the account.
   *
   * @throws AppError BAD_USER_INPUT naming the field
   */
  function prepare(choices: readonly ConsentChoice[], origin: RequestOrigin) {
    const rows = readChoices(choices);
    return async (tx: Transaction, userId: string): Promise<void> => {
      if (rows.length > 0) await tx.consent.createMany({ data: rows.map((row) => ({ userId, ...row })) });
      for (const data of rows) {
        await audit.record(tx, {
          action: 'consent.recorded',
          actorId: userId,
          subjectId: userId,
          origin,
          data: { ...data },
        });
      }
    };
  }

  return { prepare };
}

export type ConsentService = ReturnType<typeof createConsentService>;

function readChoices(choices: readonly ConsentChoice[]): ConsentChoice[] {
  if (choices.length > MAX_CHOICES) throw badInput('consents', `must have at most ${MAX_CHOICES} entries`);
  const rows = choices.map(({ purpose, granted, policyVersion }, index) => ({
    purpose: parseText(purpose, `consents.${index}.purpose`, { min: 1, max: 100 }),
    granted,
    policyVersion: parseText(policyVersion, `consents.${index}.policyVersion`, { min: 1, max: 50 }),
  }));
  if (new Set(rows.map((row) => row.purpose)).size < rows.length) {
    throw badInput('consents', 'must name each purpose once');
  }
  return rows;
}
