import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/database/client.js';
import { CANARY_ROWS } from './canary-rows.js';

type Seed = (db: Database, userId: string, mark: (place: string) => string) => Promise<unknown>;

const now = new Date();

/** Rows with a word in every sealed column that an export keeps back, and rows of tables of which it hands nothing over. */
const UNEXPORTED_ROWS: Readonly<Record<string, Seed>> = {
  TotpAuthenticator: (db, userId, mark) =>
    db.totpAuthenticator.create({
      data: { userId, secret: mark('totp'), pendingSecret: mark('pending-totp'), confirmedAt: now },
      select: { userId: true },
    }),
  RecoveryCode: (db, userId, mark) =>
    db.recoveryCode.create({
      data: { userId, codeHash: mark('recovery'), createdAt: now },
      select: { id: true },
    }),
  OutgoingMail: (db, userId, mark) =>
    db.outgoingMail.create({
      data: { userId, template: 'verify-email', message: { params: { token: mark('mail') } } },
      select: { id: true },
    }),
  LegalHold: (db, userId, mark) =>
    db.legalHold.create({
      data: { userId, reason: mark('hold'), placedAt: now, placedBy: randomUUID(), releasedAt: now },
      select: { id: true },
    }),
  FileOfAnExport: (db, userId, mark) =>
    db.dataExport.create({
      data: { userId, status: 'EXPIRED', requestedBy: userId, fileKey: mark('file-key') },
      select: { id: true },
    }),
  DataKeyRotation: (db, userId) =>
    db.dataKeyRotation.create({ data: { userId, stage: 'done', at: now }, select: { userId: true } }),
  KeyRotationFailure: (db, userId) =>
    db.keyRotationFailure.create({
      data: { userId, purpose: 'data', rowId: userId, at: now },
      select: { id: true },
    }),
};

/** What lies in clear by the register's word: its words may stand in dead rows until those are overwritten. */
const IN_CLEAR = new Set(['provider', 'amr', 'why', 'transport', 'channel', 'purpose', 'policy', 'template']);

/**
 * A row of the person in each table that a life over the API did not fill, with words of their own.
 *
 * @returns the words in sealed columns
 */
export async function seedEveryTable(
  db: Database,
  userId: string,
  word: (place: string) => string,
): Promise<Record<string, string>> {
  const words: Record<string, string> = {};
  const mark = (place: string) => (IN_CLEAR.has(place) ? word(place) : (words[place] ??= word(place)));
  // The account lives on, with the name and the note that it has given itself.
  const { User: _user, UserProfile: _profile, ...exported } = CANARY_ROWS;
  for (const seed of Object.values({ ...exported, ...UNEXPORTED_ROWS })) await seed(db, userId, mark);
  return words;
}
