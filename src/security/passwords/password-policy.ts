import { AppError, type ErrorCode, badInput } from '../../errors.js';
import type { BreachedPasswords } from './breached-passwords.js';
import {
  PASSWORD_MAX_LENGTH,
  countCodePoints,
  findPasswordDefect,
  passwordNormalForm,
} from './password-text.js';

export interface PasswordPolicy {
  /** In code points of the normal form. */
  minLength: number;
  serviceName: string;
  breached: BreachedPasswords;
}

/** Shorter parts of an address or a name would forbid too many passwords by chance. */
const SHORTEST_IDENTITY = 4;

/**
 * Holds a new password against the policy: length only, no rules of composition (NIST SP 800-63B §5.1.1.2), not
 * known from breaches, and without the account's address or the service's name.
 * @param field the input field that carries the password, named in the error; its value never is
 * @returns the normal form (NFC), which is what gets hashed
 * @throws AppError BAD_USER_INPUT (NUL, lone surrogates), PASSWORD_TOO_SHORT, PASSWORD_TOO_LONG,
 * PASSWORD_CONTAINS_IDENTITY, PASSWORD_BREACHED
 */
export function checkNewPassword(
  password: string,
  about: { email: string | null },
  policy: PasswordPolicy,
  field = 'password',
): string {
  const refuse = (code: ErrorCode, problem: string) => new AppError(code, { fields: { [field]: problem } });
  const defect = findPasswordDefect(password);
  if (defect === 'malformed') throw badInput(field, 'must not contain NUL or lone surrogates');
  if (defect === 'too long') {
    throw refuse('PASSWORD_TOO_LONG', `must have at most ${PASSWORD_MAX_LENGTH} characters`);
  }
  const normalForm = passwordNormalForm(password);
  if (countCodePoints(normalForm) < policy.minLength) {
    throw refuse('PASSWORD_TOO_SHORT', `must have at least ${policy.minLength} characters`);
  }
  if (containsIdentity(normalForm, about.email, policy.serviceName)) {
    throw refuse(
      'PASSWORD_CONTAINS_IDENTITY',
      'must not contain your e-mail address or the name of this service',
    );
  }
  if (policy.breached.has(normalForm)) {
    throw refuse('PASSWORD_BREACHED', 'is known from data breaches');
  }
  return normalForm;
}

/** The address, its local part with and without a `+tag`, and the service's name, in any case. */
function containsIdentity(password: string, email: string | null, serviceName: string): boolean {
  const localPart = email?.slice(0, email.lastIndexOf('@')) ?? '';
  const parts = [
    email ?? '',
    localPart,
    localPart.replace(/\+.*$/s, ''),
    serviceName,
    serviceName.replace(/\s/g, ''),
  ];
  const text = foldCase(password);
  return parts
    .filter((part) => countCodePoints(part) >= SHORTEST_IDENTITY)
    .some((part) => text.includes(foldCase(part)));
}

function foldCase(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
