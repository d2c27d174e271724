import type { UserKey } from '../../privacy/data-keys.js';
import { generationOf } from '../../privacy/envelope.js';
import type { Privacy } from '../../privacy/privacy.js';
import { SealedValueError } from '../../privacy/privacy-errors.js';
import { sealedSql } from '../sealed-sql.js';
import type { PipelinedReads } from './pipelined-reads.js';
import type { ReadStatement, TextRow } from './read-query.js';

export type HotReads = ReturnType<typeof createHotReads>;

/** The account of a signed-in user with its profile. Sealed values are opened when they are read. */
export type ViewerAccount = InstanceType<typeof HotAccount>;

/** The columns in the order in which `HotAccount` and `HotProfile` take them. */
const VIEWER: ReadStatement = {
  name: 'custodia_viewer',
  text: sealedSql(
    'hot read',
    `SELECT u.id, k.wrapped_key, u.email, u.is_verified, u.status, u.created_at, u.last_login_at, u.deleted_at,
                p.user_id, p.full_name, p.avatar_url, p.phone_number, p.preferences
           FROM users u
           LEFT JOIN data_keys k ON k.user_id = u.id
           LEFT JOIN user_profiles p ON p.user_id = u.id
          WHERE u.id = $1`,
  ),
};

/** What opens an account's values, or why nothing does; null where there is no key. */
type AccountKey = UserKey | SealedValueError | null;

type OpenValue = (model: 'User' | 'UserProfile', field: string, stored: unknown) => unknown;

/**
 * The few reads that are worth leaving Prisma for: they join tables of several services, are prepared once,
 * and go over pipelining connections. They answer exactly what the Prisma extension would, piece by piece.
 */
export function createHotReads({ reads, privacy }: { reads: PipelinedReads; privacy: Privacy }) {
  /**
   * The account and profile of one user, null when there is none, whatever its status. Reading a sealed
   * property throws SealedValueError when the value does not open. `userId` must be a UUID.
   */
  async function viewer(userId: string): Promise<ViewerAccount | null> {
    const row = await reads.read(VIEWER, [userId]);
    if (row === null) return null;
    if (privacy.separateKeys) {
      const id = row[0] as string;
      return new HotAccount(
        row,
        openerOf(privacy, id, await findSeparateKey(privacy, row).catch(damageOrThrow)),
      );
    }
    const [id, wrapped] = row as [string, string | null];
    // Looked up by the row's own wrapped key: without it the account is shredded, whatever memory holds.
    const key =
      wrapped === null
        ? null
        : (privacy.dataKeys.findOpen(id, wrapped) ??
          (await privacy.dataKeys.open(id, wrapped).catch(damageOrThrow)));
    return new HotAccount(row, openerOf(privacy, id, key));
  }

  return { viewer };
}

/** Where keys are in a database of their own the joined one is empty. */
async function findSeparateKey(privacy: Privacy, row: TextRow): Promise<UserKey | null> {
  const id = row[0] as string;
  const wrapped = privacy.separateKeys?.findHeld(id);
  const held = wrapped === undefined ? undefined : privacy.dataKeys.findOpen(id, wrapped);
  const key = held ?? (await privacy.openSeparateKeys([id])).get(id);
  const generations = row.map(generationOf).filter((generation) => generation !== null);
  if (!key || generations.every((generation) => key.find(generation))) return key ?? null;
  privacy.separateKeys?.forget(id); // the key was replaced a moment ago
  return (await privacy.openSeparateKeys([id])).get(id) ?? null;
}

function openerOf(privacy: Privacy, rowId: string, key: AccountKey): OpenValue {
  if (key !== null && !(key instanceof SealedValueError))
    return (model, field, stored) => privacy.open(key, { model, field, rowId }, stored);
  return (model, field, stored) => {
    if (stored === null) return null;
    throw key ?? privacy.withoutKey({ model, field, rowId }, rowId);
  };
}

/** A key that does not open fails where a value is read. */
function damageOrThrow(error: unknown): SealedValueError {
  if (error instanceof SealedValueError) return error;
  throw error;
}

/** Accessors on a prototype, hence a class: those of an object literal are made anew for each row. */
class HotAccount {
  readonly id: string;
  readonly profile: HotProfile | null;
  readonly #row: TextRow;
  readonly #open: OpenValue;

  constructor(row: TextRow, open: OpenValue) {
    this.id = row[0] as string;
    this.#row = row;
    this.#open = open;
    this.profile = row[8] === null ? null : new HotProfile(row, open);
  }

  get email(): string | null {
    return this.#open('User', 'email', this.#row[2]) as string | null;
  }

  get isVerified(): boolean {
    return this.#row[3] === 't';
  }

  get status(): 'ACTIVE' | 'SUSPENDED' | 'DELETED' | 'ERASED' {
    return this.#row[4] as 'ACTIVE' | 'SUSPENDED' | 'DELETED' | 'ERASED';
  }

  get createdAt(): Date {
    return parseTimestamp(this.#row[5] as string);
  }

  get lastLoginAt(): Date | null {
    return toDate(this.#row[6]);
  }

  get deletedAt(): Date | null {
    return toDate(this.#row[7]);
  }
}

class HotProfile {
  readonly userId: string;
  readonly #row: TextRow;
  readonly #open: OpenValue;

  constructor(row: TextRow, open: OpenValue) {
    this.userId = row[8] as string;
    this.#row = row;
    this.#open = open;
  }

  get fullName(): string | null {
    return this.#open('UserProfile', 'fullName', this.#row[9]) as string | null;
  }

  get avatarUrl(): string | null {
    return this.#open('UserProfile', 'avatarUrl', this.#row[10]) as string | null;
  }

  get phoneNumber(): string | null {
    return this.#open('UserProfile', 'phoneNumber', this.#row[11]) as string | null;
  }

  get preferences(): JsonObject {
    const stored: unknown = JSON.parse(this.#row[12] as string);
    return this.#open('UserProfile', 'preferences', stored) as JsonObject;
  }
}

type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
type JsonObject = { [key: string]: JsonValue };

function toDate(text: string | null | undefined): Date | null {
  return text === null || text === undefined ? null : parseTimestamp(text);
}

/** `2026-11-23 15:04:05.123+00`, which the read connections' settings fix (UTC, ISO). */
function parseTimestamp(text: string): Date {
  return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
}
