import { parseHttpUrl } from '../../input/http-url.js';
import { parseJsonObject, type JsonObject } from '../../input/json-object.js';
import { mergePatch } from '../../input/merge-patch.js';
import { parsePhoneNumber } from '../../input/phone-number.js';
import { parseText } from '../../input/text.js';
import type { ProfileChanges } from './profile-record.js';

/** In code points, after trimming and NFC. */
const MAX_NAME_LENGTH = 100;
const MAX_PREFERENCES_BYTES = 16 * 1024;

/** Columns to write: only those that the changes name. */
export interface ProfileColumns {
  fullName?: string | null;
  avatarUrl?: string | null;
  phoneNumber?: string | null;
  preferences?: JsonObject;
}

/**
 * Turns changes into columns to write, merging preferences into those that are stored.
 *
 * @throws AppError BAD_USER_INPUT naming the field
 */
export function applyChanges(changes: ProfileChanges, stored: JsonObject): ProfileColumns {
  const { fullName, avatarUrl, phoneNumber, preferences } = changes;
  const columns: ProfileColumns = {};
  if (fullName !== undefined) columns.fullName = fullName === null ? null : parseName(fullName);
  if (avatarUrl !== undefined)
    columns.avatarUrl = avatarUrl === null ? null : parseHttpUrl(avatarUrl, 'avatarUrl');
  if (phoneNumber !== undefined) {
    columns.phoneNumber = phoneNumber === null ? null : parsePhoneNumber(phoneNumber, 'phoneNumber');
  }
  if (preferences !== undefined)
    columns.preferences = preferences === null ? {} : mergePreferences(stored, preferences);
  return columns;
}

/** A name of blanks only is no name. */
function parseName(value: string): string | null {
  return parseText(value, 'fullName', { max: MAX_NAME_LENGTH }) || null;
}

/** The bound holds for the patch and for what comes of it. */
function mergePreferences(stored: JsonObject, patch: JsonObject): JsonObject {
  const safePatch = parseJsonObject(patch, 'preferences', MAX_PREFERENCES_BYTES);
  return parseJsonObject(mergePatch(stored, safePatch), 'preferences', MAX_PREFERENCES_BYTES);
}
