import type { RetentionRule } from '../retention-rules.js';
import type { Normalisation } from '../search-index.js';

/** What kind of information about a person a column holds. */
export type Category =
  | 'account identifier'
  | 'contact data'
  | 'credential'
  | 'external identifier'
  | 'profile data'
  | 'online identifier'
  | 'account activity'
  | 'consent record'
  | 'search index'
  | 'key material'
  | 'correspondence'
  | 'staff record'
  | 'data-subject request';

/** The lawful basis of the processing, Art. 6(1) GDPR. */
export type LegalBasis =
  'contract, Art. 6(1)(b)' | 'legal obligation, Art. 6(1)(c)' | 'legitimate interests, Art. 6(1)(f)';

/** When the value goes at the latest, if the person asks for nothing: a fixed end, or a period that the operator sets. */
export type Retention =
  | 'until the account is erased'
  | 'until the mail is delivered'
  | 'as long as the audit log'
  | 'an hour to 30 days after the last attempt'
  | RetentionRule;

/** What the erasure of the account does to the value. */
export type OnErasure =
  | 'deleted with its row, and unreadable since the data key is destroyed'
  | 'deleted with its row'
  | 'unlinked from the person'
  | 'kept: it says that an account existed, and no longer whose'
  | 'unreadable since the data key is destroyed, and cleared'
  | 'cleared by the last look for what is left';

/**
 * How a value lies in the database: `false`, in clear; otherwise sealed under the person's data key, as a
 * text or as JSON. `json-or-empty`: JSON whose default, the empty object, may lie there in clear.
 */
export type Sealing = false | 'text' | 'json' | 'json-or-empty';

export interface Personal {
  personal: true;
  category: Category;
  purpose: string;
  legalBasis: LegalBasis;
  retention: Retention;
  sealed: Sealing;
  /** Whether a sealed value can be looked up, and how spellings are compared; the hash lies in `<column>Index`. */
  searchable: false | Normalisation;
  /** Further index columns that are made of this value, such as one of its domain only, and how each is. */
  derivedIndexes: Readonly<Record<string, Normalisation>>;
  /** Where the value must not repeat: the column of its index under the other key while a key is replaced. */
  otherIndex: string | null;
  /** The column, in clear, that says which pepper the sealed password hash was made with. */
  pepperIn: string | null;
  /** Whether the person receives it in an export, Art. 15 and 20 GDPR. */
  exported: boolean;
  onErasure: OnErasure;
}

export interface NotPersonal {
  personal: false;
  why: string;
}

export type Column = Personal | NotPersonal;

/** `parent`: this row names the other one; `child`, `children`: the other rows name this one. */
export interface Relation {
  model: string;
  kind: 'parent' | 'child' | 'children';
}

/**
 * Whose data a row is: the user's own row, a column naming the user, by way of another row, or nobody's. `link`: a
 * column that names the user without a foreign key, in rows that outlive the account and seal nothing. `keyed hash`: a column
 * that begins with a keyed hash of the user's id, so that only the server finds the rows, to delete them.
 */
export type Owner =
  | { by: 'self' }
  | { by: 'link'; column: string }
  | { by: 'keyed hash'; column: string }
  | { by: 'column'; column: string; relation: string }
  | { by: 'way of'; relation: string }
  | { by: 'nobody' };

export interface ModelEntry {
  table: string;
  /** The column that identifies a row. */
  rowId: string;
  owner: Owner;
  columns: Record<string, Column>;
  relations: Record<string, Relation>;
}

/** A column that says nothing about a person, and why. */
export function notPersonal(why: string): NotPersonal {
  return { personal: false, why };
}

/** Personal data; by default held for the contract, until erasure, in clear, handed over in an export. */
export function personal(
  category: Category,
  purpose: string,
  details: Partial<Omit<Personal, 'personal' | 'category' | 'purpose'>> = {},
): Personal {
  return {
    personal: true,
    category,
    purpose,
    legalBasis: 'contract, Art. 6(1)(b)',
    retention: 'until the account is erased',
    sealed: false,
    searchable: false,
    derivedIndexes: {},
    otherIndex: null,
    pepperIn: null,
    exported: true,
    onErasure: details.sealed
      ? 'deleted with its row, and unreadable since the data key is destroyed'
      : 'deleted with its row',
    ...details,
  };
}

/** The keyed hash of the sealed column beside it, by which that one is found. */
export function searchIndexOf(column: string): Personal {
  return personal('search index', `Finds a row by its ${column} without holding it in clear`, {
    exported: false,
  });
}

export const OWN_ROW: Owner = { by: 'self' };
export const BY_USER: Owner = { by: 'column', column: 'userId', relation: 'user' };
export const USER_RELATION: Record<string, Relation> = { user: { model: 'User', kind: 'parent' } };

/** The same under the other key, while the key of the search index is being replaced. */
export function otherIndexOf(column: string): Personal {
  return personal('search index', `Keeps ${column} unique while the key of the search index is replaced`, {
    exported: false,
  });
}

/** The column that says whose row it is. */
export const belongsToUser = personal('account identifier', 'Says which account the row belongs to');
