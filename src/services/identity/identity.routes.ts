import type { ErrorCode } from '../../errors.js';
import { defineRoute, type Route } from '../../http/route.js';
import {
  emailAddress,
  flag,
  httpUrl,
  jsonObject,
  listOf,
  objectOf,
  phoneNumber,
  secret,
  text,
} from '../../input/field-types.js';
import { optional, required, type FieldValues } from '../../input/fields.js';
import type { IdentityService } from './identity.service.js';
import { REGISTERED_MESSAGE, type Registration } from './registration/register.js';

const PASSWORD_ERRORS: ErrorCode[] = [
  'PASSWORD_TOO_SHORT',
  'PASSWORD_TOO_LONG',
  'PASSWORD_BREACHED',
  'PASSWORD_CONTAINS_IDENTITY',
];

const REGISTRATION = {
  email: required(emailAddress),
  password: required(secret()),
  full_name: optional(text({ max: 100 })),
  avatar_url: optional(httpUrl),
  phone_number: optional(phoneNumber),
  preferences: optional(jsonObject(16 * 1024)),
  consents: optional(
    listOf(
      objectOf({
        purpose: required(text({ min: 1, max: 100 })),
        granted: required(flag),
        policy_version: required(text({ min: 1, max: 50 })),
      }),
      50,
    ),
  ),
};

const MESSAGE = { type: 'object', required: ['message'], properties: { message: { type: 'string' } } };

const REGISTERED = {
  type: 'object',
  required: ['id', 'message'],
  properties: {
    id: { type: ['string', 'null'], format: 'uuid', description: 'Null where accounts are concealed.' },
    message: { type: 'string' },
  },
};

/** Opening accounts and getting back into them, over REST. */
export function createIdentityRoutes(identity: IdentityService): Route[] {
  return [registerRoute(identity), verifyEmailRoute(identity), ...resetPasswordRoutes(identity)];
}

function registerRoute(identity: IdentityService): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/auth/register',
    tag: 'auth',
    summary: 'Open an account',
    description: 'A link that verifies the address is mailed to it.',
    auth: 'none',
    input: REGISTRATION,
    responses: { 201: { description: 'The account is open.', schema: REGISTERED } },
    errors: ['EMAIL_TAKEN', 'RATE_LIMITED', ...PASSWORD_ERRORS],
    handler: async ({ origin, enteredAccounts }, input) => {
      const { userId } = await identity.register({ ...readRegistration(input), origin });
      if (userId !== null) enteredAccounts.add(userId);
      return { status: 201, body: { id: userId, message: REGISTERED_MESSAGE } };
    },
  });
}

function readRegistration(input: FieldValues<typeof REGISTRATION>): Omit<Registration, 'origin'> {
  return {
    email: input.email,
    password: input.password,
    profile: {
      fullName: input.full_name,
      avatarUrl: input.avatar_url,
      phoneNumber: input.phone_number,
      preferences: input.preferences,
    },
    consents: (input.consents ?? []).map((consent) => ({
      purpose: consent.purpose,
      granted: consent.granted,
      policyVersion: consent.policy_version,
    })),
  };
}

function verifyEmailRoute(identity: IdentityService): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/auth/verify-email',
    tag: 'auth',
    summary: 'Verify an e-mail address by a mailed token',
    auth: 'none',
    input: { token: required(secret()) },
    responses: { 200: { description: 'The address is verified.', schema: MESSAGE } },
    errors: ['TOKEN_INVALID'],
    handler: async ({ origin }, input) => {
      await identity.verifyEmail({ token: input.token, origin });
      return { status: 200, body: { message: 'Email verified.' } };
    },
  });
}

function resetPasswordRoutes(identity: IdentityService): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/api/v1/auth/reset-password',
      tag: 'auth',
      summary: 'Ask for a link to choose a new password',
      description: 'Answers alike whether or not the address is known.',
      auth: 'none',
      input: { email: required(emailAddress) },
      responses: { 202: { description: 'If the address is known, a link is on the way.', schema: MESSAGE } },
      errors: ['RATE_LIMITED'],
      handler: async ({ origin }, input) => {
        await identity.requestPasswordReset({ email: input.email, origin });
        return { status: 202, body: { message: 'If the address is known, a link is on the way.' } };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/auth/reset-password/confirm',
      tag: 'auth',
      summary: 'Choose a new password by a mailed token',
      description: 'Ends every session of the account.',
      auth: 'none',
      input: { token: required(secret()), new_password: required(secret()) },
      responses: { 200: { description: 'The password is set.', schema: MESSAGE } },
      errors: ['TOKEN_INVALID', ...PASSWORD_ERRORS],
      handler: async ({ origin }, input) => {
        await identity.resetPassword({ token: input.token, newPassword: input.new_password, origin });
        return { status: 200, body: { message: 'Password changed.' } };
      },
    }),
  ];
}
