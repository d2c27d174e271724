import { AppError, badInput } from '../../src/errors.js';
import { emailAddress, jsonObject, objectOf, secret, text, uuid } from '../../src/input/field-types.js';
import { optional, required } from '../../src/input/fields.js';
import { defineRoute, type Route } from '../../src/http/route.js';

const echoSchema = { type: 'object', additionalProperties: true };

/** Routes of every kind, over nothing. */
export const SMALL_ROUTES: Route[] = [
  defineRoute({
    method: 'POST',
    path: '/api/v1/things',
    tag: 'things',
    summary: 'Make a thing',
    auth: 'none',
    input: {
      email: required(emailAddress),
      password: required(secret(256)),
      id: optional(uuid),
      profile: optional(
        objectOf({ full_name: optional(text({ max: 100 })), preferences: optional(jsonObject(1024)) }),
      ),
    },
    responses: { 201: { description: 'The thing', schema: echoSchema } },
    errors: ['EMAIL_TAKEN'],
    handler(_context, input) {
      if (input.email === 'taken@example.com') throw new AppError('EMAIL_TAKEN');
      if (input.email === 'busy@example.com') throw new AppError('OVERLOADED', { retryAfterSeconds: 1.2 });
      if (input.email === 'broken@example.com') throw new Error('canary-of-the-database');
      if (input.email === 'field@example.com') throw badInput('profile.fullName', 'is refused');
      return { status: 201, body: { email: input.email, profile: input.profile ?? null } };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/me',
    tag: 'things',
    summary: 'Who am I',
    auth: 'required',
    responses: { 200: { description: 'The caller', schema: echoSchema } },
    handler: (context) => ({ status: 200, body: { id: context.viewer.userId, origin: context.origin } }),
  }),
  defineRoute({
    method: 'PUT',
    path: '/api/v1/me',
    tag: 'things',
    summary: 'Change me',
    auth: 'required',
    input: { name: optional(text()) },
    responses: { 204: { description: 'Changed' } },
    handler: () => ({ status: 204 }),
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/cookie',
    tag: 'things',
    summary: 'Cookies',
    auth: 'none',
    input: { token: optional(text()) },
    responses: { 200: { description: 'What came', schema: echoSchema } },
    handler(context, { token }) {
      if (token) context.setRefreshCookie(token, new Date(Date.UTC(2030, 0, 1)));
      else context.clearRefreshCookie();
      return { status: 200, body: { cookie_mode: context.cookieMode, cookie: context.refreshCookie } };
    },
  }),
];
