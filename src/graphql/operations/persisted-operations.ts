import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { AppError, badInput } from '../../errors.js';
import { isPlainObject } from '../../input/json-object.js';

/** What of a request says which operation is meant. */
export interface AskedOperation {
  query?: unknown;
  documentId?: unknown;
  extensions?: unknown;
}

export interface PersistedOperationsOptions {
  /** Operations of a manifest: id → text. */
  listed: ReadonlyMap<string, string>;
  /** Nothing but these is answered. */
  listedOnly: boolean;
  /** How many texts clients may leave here by their hash; 0: none. */
  cacheSize: number;
}

export type PersistedOperations = ReturnType<typeof createPersistedOperations>;

/** Characters of the texts that clients leave here. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

/**
 * Operations that a request names instead of carrying them: those of a manifest, by `documentId` (GraphQL over HTTP,
 * appendix A) or by `extensions.persistedQuery.sha256Hash`, and automatic persisted queries, which a client leaves
 * here with its first request.
 */
export function createPersistedOperations({ listed, listedOnly, cacheSize }: PersistedOperationsOptions) {
  const texts = new Set(listed.values());
  const left =
    listedOnly || cacheSize === 0
      ? null
      : new LRUCache<string, string>({
          max: cacheSize,
          maxSize: MAX_CHARACTERS,
          sizeCalculation: (text) => text.length || 1,
        });

  /**
   * The text of the operation that is asked for; null where the request has neither text nor name.
   *
   * @throws AppError PERSISTED_QUERY_NOT_FOUND, OPERATION_NOT_LISTED, BAD_USER_INPUT
   */
  function find(asked: AskedOperation): string | null {
    const id = findId(asked);
    const { query } = asked;
    if (typeof query !== 'string') return id === null || query ? null : require(id);
    if (listedOnly && !texts.has(query)) throw new AppError('OPERATION_NOT_LISTED');
    if (id !== null && listed.get(id) !== query && id !== sha256(query)) {
      throw badInput('extensions.persistedQuery.sha256Hash', 'is not the SHA-256 of the query');
    }
    return query;
  }

  function require(id: string): string {
    const text = listed.get(id) ?? left?.get(id);
    if (text !== undefined) return text;
    throw new AppError(listedOnly ? 'OPERATION_NOT_LISTED' : 'PERSISTED_QUERY_NOT_FOUND');
  }

  /** Keeps the text of a request that names it too; call it once the text was let in. */
  function keep(asked: AskedOperation): void {
    const id = findId(asked);
    if (id === null || typeof asked.query !== 'string' || asked.query.length > MAX_CHARACTERS) return;
    if (left && !listed.has(id) && !left.has(id)) left.set(id, asked.query);
  }

  return { find, keep };
}

/** @throws AppError BAD_USER_INPUT */
function findId({ documentId, extensions }: AskedOperation): string | null {
  if (typeof documentId === 'string') return documentId;
  if (documentId !== undefined && documentId !== null) throw badInput('documentId', 'must be text');
  const persisted = isPlainObject(extensions) ? extensions['persistedQuery'] : undefined;
  if (persisted === undefined || persisted === null) return null;
  if (!isPlainObject(persisted) || persisted['version'] !== 1) {
    throw badInput('extensions.persistedQuery.version', 'must be 1');
  }
  const { sha256Hash } = persisted;
  if (typeof sha256Hash !== 'string') throw badInput('extensions.persistedQuery.sha256Hash', 'must be text');
  return sha256Hash;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
