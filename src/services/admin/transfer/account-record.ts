import { randomUUID } from 'node:crypto';
import { badInput } from '../../../errors.js';
import { parseDateTime } from '../../../input/date-time.js';
import {
  emailAddress,
  flag,
  jsonObject,
  listOf,
  objectOf,
  secret,
  text,
  uuid,
} from '../../../input/field-types.js';
import { optional, readFields, required, type FieldType, type FieldValues } from '../../../input/fields.js';
import type { ImportedAccount } from '../../identity/accounts/import-accounts.js';
import { applyChanges, type ProfileColumns } from '../../profile/profile-changes.js';

/** An account read from a file, ready to be written. */
export interface AccountRecord extends ImportedAccount {
  profile: ProfileColumns;
}

const moment: FieldType<Date> = {
  parse: parseDateTime,
  schema: { type: 'string', format: 'date-time' },
};

const status: FieldType<AccountRecord['status']> = {
  parse(value, field) {
    if (value === 'ACTIVE' || value === 'SUSPENDED' || value === 'DELETED') return value;
    throw badInput(field, 'must be ACTIVE, SUSPENDED or DELETED');
  },
  schema: { type: 'string', enum: ['ACTIVE', 'SUSPENDED', 'DELETED'] },
};

const provider: FieldType<string> = {
  parse(value, field) {
    if (typeof value === 'string' && /^[a-z][a-z0-9_-]{0,49}$/.test(value)) return value;
    throw badInput(field, 'must be the name of a provider, in small letters');
  },
  schema: { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,49}$' },
};

const PROFILE = {
  fullName: optional(text({ max: 1_000 })),
  avatarUrl: optional(text({ max: 4_000 })),
  phoneNumber: optional(text({ max: 100 })),
  preferences: optional(jsonObject(16 * 1024)),
};

/** The fields of a record: docs/moving-accounts.md lists them. Only the address must be there. */
export const ACCOUNT_FIELDS = {
  id: optional(uuid),
  email: required(emailAddress),
  isVerified: optional(flag),
  passwordHash: optional(secret(1_000)),
  status: optional(status),
  createdAt: optional(moment),
  lastLoginAt: optional(moment),
  suspendedAt: optional(moment),
  suspendedUntil: optional(moment),
  suspensionReason: optional(text({ max: 1_000, multiline: true })),
  deletedAt: optional(moment),
  deletionReason: optional(text({ max: 1_000, multiline: true })),
  processingRestrictedAt: optional(moment),
  profile: optional(objectOf(PROFILE)),
  socialLogins: optional(
    listOf(
      objectOf({
        provider: required(provider),
        providerId: required(secret(500)),
        linkedAt: optional(moment),
      }),
      20,
    ),
  ),
};

/**
 * Reads one record.
 * @throws AppError BAD_USER_INPUT with one entry a field, never a value
 */
export function readAccount(value: unknown, now: Date): AccountRecord {
  const given = readFields(value, ACCOUNT_FIELDS);
  const createdAt = given.createdAt ?? now;
  const account: AccountRecord = {
    id: given.id ?? randomUUID(),
    email: given.email,
    isVerified: given.isVerified ?? false,
    passwordHash: given.passwordHash ?? null,
    status: given.status ?? 'ACTIVE',
    createdAt,
    lastLoginAt: given.lastLoginAt ?? null,
    suspendedAt: given.suspendedAt ?? (given.status === 'SUSPENDED' ? now : null),
    suspendedUntil: given.suspendedUntil ?? null,
    suspensionReason: given.suspensionReason ?? null,
    deletedAt: given.deletedAt ?? (given.status === 'DELETED' ? now : null),
    deletionReason: given.deletionReason ?? null,
    processingRestrictedAt: given.processingRestrictedAt ?? null,
    profile: readProfile(given.profile),
    socialLogins: (given.socialLogins ?? []).map((login) => ({
      ...login,
      linkedAt: login.linkedAt ?? createdAt,
    })),
  };
  requireSense(account, now);
  return account;
}

function readProfile(given: FieldValues<typeof PROFILE> | null | undefined): ProfileColumns {
  const { fullName, avatarUrl, phoneNumber, preferences } = given ?? {};
  return applyChanges(
    {
      fullName: fullName ?? null,
      avatarUrl: avatarUrl ?? null,
      phoneNumber: phoneNumber ?? null,
      preferences: preferences ?? null,
    },
    {},
  );
}

/** What the fields say together. */
function requireSense(account: AccountRecord, now: Date): void {
  const { status, createdAt, lastLoginAt, suspendedAt, deletedAt } = account;
  if (createdAt > now) throw badInput('createdAt', 'must not lie in the future');
  if (lastLoginAt && lastLoginAt > now) throw badInput('lastLoginAt', 'must not lie in the future');
  if (status === 'ACTIVE' && suspendedAt)
    throw badInput('suspendedAt', 'does not fit an account that is ACTIVE');
  if (status !== 'DELETED' && deletedAt)
    throw badInput('deletedAt', `does not fit an account that is ${status}`);
}
