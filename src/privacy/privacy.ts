import type { DataKeyStore } from './data-key-store.js';
import { createModels } from './extension/models.js';
import { createDataKeys, type KeyCacheLimits, type OnDamagedKey, type UserKey } from './data-keys.js';
import { openText, type Place, sealText } from './envelope.js';
import type { KeyRing } from './key-ring.js';
import { SealedValueError, UnsafeQueryError } from './privacy-errors.js';
import { REGISTER } from './register.js';
import type { ModelEntry, Personal } from './register/entry.js';
import { createOpenFailures } from './open-failures.js';
import { createSearchIndex } from './search-index.js';

export type Privacy = ReturnType<typeof createPrivacy>;

type Register = Readonly<Record<string, ModelEntry>>;

/**
 * Everything that seals, opens and finds personal data, on one key ring.
 *
 * A hot read in raw SQL selects the envelope, the row id, the user id and `data_keys.wrapped_key`, takes
 * the key once (`dataKeys.findOpen(userId, wrapped) ?? (await dataKeys.open(userId, wrapped))`) and then
 * opens each field synchronously with `open`, and only those that were asked for.
 */
export function createPrivacy(options: {
  keyRing: KeyRing;
  cache?: Partial<KeyCacheLimits>;
  /** Where data keys are kept when not beside their users. */
  separateKeys?: DataKeyStore | null;
  /** What lies in which column, and how: that of the product, unless its tables are others. */
  register?: Register;
}) {
  const { keyRing, cache, separateKeys = null, register = REGISTER } = options;
  const openFailures = createOpenFailures();
  const dataKeys = createDataKeys({
    encryption: keyRing.encryption,
    cache,
    onFailure: (userId, reason) =>
      openFailures.report({ model: 'DataKey', field: 'wrappedKey', rowId: userId, userId, reason }),
  });
  const index = createSearchIndex(keyRing.searchIndex);

  /**
   * Seals one value for its place, as the column's register entry says: a text, or any JSON value.
   *
   * @throws UnsafeQueryError when the value is not what the column holds
   */
  function seal(key: UserKey, place: Place, value: unknown): string {
    if (requireSealed(register, place).sealed !== 'text')
      return sealText(key, place, stringify(place, value));
    if (typeof value !== 'string')
      throw new UnsafeQueryError(place.model, place.field, 'only a text can be sealed here');
    return sealText(key, place, value);
  }

  /**
   * Opens one stored value: the text or the JSON value that was sealed; null where the column is empty.
   *
   * @throws SealedValueError when it does not open, for whatever reason
   */
  function open(key: UserKey, place: Place, stored: unknown): unknown {
    try {
      return openStored(key, place, stored);
    } catch (error) {
      if (error instanceof SealedValueError)
        openFailures.report({ ...place, userId: key.userId, reason: error.reason });
      throw error;
    }
  }

  /** The error for a value whose owner has no data key (any more), reported as any other that does not open. */
  function withoutKey(place: Place, userId: string | null): SealedValueError {
    const error = new SealedValueError(place.model, place.field, 'its data key is gone');
    openFailures.report({ ...place, userId, reason: error.reason });
    return error;
  }

  function openStored(key: UserKey, place: Place, stored: unknown): unknown {
    if (stored === null) return null;
    const { sealed } = requireSealed(register, place);
    if (sealed === 'json-or-empty' && isEmptyObject(stored)) return {};
    if (typeof stored !== 'string') throw new SealedValueError(place.model, place.field, 'it is no envelope');
    const text = openText(key, place, stored);
    return sealed === 'text' ? text : (JSON.parse(text) as unknown);
  }

  /** The search index of a value, to compare with the column `<field>Index` in raw SQL. */
  function indexOf(model: string, field: string, value: string): string {
    return index.current(model, field, requireSearchable(register, model, field), value);
  }

  /** While a search-index key is replaced, the index under the other key, for the column beside; null else. */
  function otherIndexOf(model: string, field: string, value: string): string | null {
    return index.other(model, field, requireSearchable(register, model, field), value);
  }

  /** Every index that a row with this value may carry, the current one first: more than one while a key is replaced. */
  function indexCandidates(model: string, field: string, value: string): string[] {
    return index.candidates(model, field, requireSearchable(register, model, field), value);
  }

  /** The keys of users from the database of their own, unwrapped as `openAll` does; those that are not there are left out. */
  async function openSeparateKeys(
    userIds: readonly string[],
    onDamaged?: OnDamagedKey,
  ): Promise<Map<string, UserKey>> {
    return dataKeys.openAll((await separateKeys?.find(userIds)) ?? new Map<string, string>(), onDamaged);
  }

  return {
    requireModel: createModels(register),
    openFailures,
    withoutKey,
    dataKeys,
    separateKeys,
    openSeparateKeys,
    seal,
    open,
    indexOf,
    otherIndexOf,
    indexCandidates,
  };
}

function requireSealed(register: Register, { model, field }: Place): Personal {
  const column = register[model]?.columns[field];
  if (!column?.personal || !column.sealed)
    throw new UnsafeQueryError(model, field, 'the register does not seal it');
  return column;
}

/** How values of a searchable column are normalised; `field` may also name an index derived from a column. */
function requireSearchable(register: Register, model: string, field: string) {
  const columns = register[model]?.columns ?? {};
  const column = columns[field];
  if (column?.personal && column.searchable) return column.searchable;
  for (const source of Object.values(columns)) {
    const derived = source.personal ? source.derivedIndexes[field] : undefined;
    if (derived) return derived;
  }
  throw new UnsafeQueryError(model, field, 'it is sealed and cannot be searched');
}

function stringify(place: Place, value: unknown): string {
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text !== undefined) return text;
  } catch {
    // a cycle or a bigint; the message of the error could quote the value
  }
  throw new UnsafeQueryError(place.model, place.field, 'only a JSON value can be sealed here');
}

function isEmptyObject(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
  );
}
