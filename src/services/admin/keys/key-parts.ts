import type { Clock } from '../../../clock.js';
import type { Database } from '../../../database/client.js';
import type { Sql, WhileHeld } from '../../../database/re-sealing/sql.js';
import type { WrappedKeys } from '../../../database/re-sealing/wrapped-keys.js';
import type { Log } from '../../../log.js';
import type { Mail } from '../../../mail/outbox.js';
import type { KeyRing, Purpose } from '../../../privacy/key-ring.js';
import type { Privacy } from '../../../privacy/privacy.js';
import type { SigningKeys } from '../../../security/signing-keys/signing-keys.js';
import type { AuditService } from '../../audit/audit.service.js';

/** What can be replaced, as an operator names it. */
export const KEY_KINDS = ['encryption', 'data', 'search-index', 'pepper', 'signing'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** The kinds whose keys stand in the key ring, and what they are called there. */
export const RING_PURPOSES: Partial<Record<KeyKind, Purpose>> = {
  encryption: 'encryption',
  'search-index': 'searchIndex',
  pepper: 'pepper',
};

/** What the replacement of keys is built from. */
export interface KeyParts {
  db: Database;
  databaseUrl: string;
  sql: Sql;
  whileHeld: WhileHeld;
  privacy: Privacy;
  wrappedKeys: WrappedKeys;
  keyRing: KeyRing;
  /** The file of the key ring; null when it comes from the environment and only the operator can change it. */
  keyRingFile: string | null;
  signingKeys: Pick<SigningKeys, 'rotate'>;
  /** How long a repeated request finds its answer, in milliseconds. */
  repetitionTtl: number;
  audit: AuditService;
  mail: Pick<Mail, 'sendLater'>;
  clock: Clock;
  log: Log;
}

/** Of a replacement that nobody asked for but the keys' age. */
export interface Scheduled {
  /** Data keys of before that are due; null: goes on with what was begun. */
  olderThan: Date | null;
}

/** How a replacement is carried out. Times in milliseconds. */
export interface RotationOptions {
  /** Rows a second at the most; null: as fast as it goes. */
  rate: number | null;
  /** How long to wait until no other process uses what it read before: a key ring, a user's data key. */
  grace: number;
  signal?: AbortSignal;
  /** Called as it goes on, every now and then. */
  onProgress?: (progress: { done: number; total: number }) => void;
}
