import { SECOND, type Clock } from '../../clock.js';
import { defineRoute, type Route } from '../../http/route.js';
import { emailAddress, oneOf, secret } from '../../input/field-types.js';
import { optional, required } from '../../input/fields.js';
import type { RequestContext } from '../../security/requests/request-context.js';
import type { UserRecord } from '../identity/accounts/user-record.js';
import { MFA_METHODS } from './mfa/second-factor.js';
import type { SessionTokens } from './sessions/open-session.js';
import type { SessionService } from './sessions/session.service.js';
import type { SignedIn, SignInService } from './sign-in.service.js';
import { deliverTokens, logoutThrough, refreshThrough } from './token-transport.js';

const TOKENS = {
  access_token: { type: 'string', description: 'Send it as `Authorization: Bearer`.' },
  token_type: { const: 'Bearer' },
  expires_in: { type: 'integer', description: 'Seconds until the access token stops working.' },
  refresh_token: { type: ['string', 'null'], description: 'Works once. Null in cookie mode.' },
};

const USER = {
  type: 'object',
  required: ['id', 'email', 'is_verified', 'status', 'created_at', 'last_login_at'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    email: { type: ['string', 'null'], format: 'email' },
    is_verified: { type: 'boolean' },
    status: { type: 'string', enum: ['ACTIVE', 'SUSPENDED', 'DELETED', 'ERASED'] },
    created_at: { type: 'string', format: 'date-time' },
    last_login_at: { type: ['string', 'null'], format: 'date-time' },
  },
};

const REFRESHED = { type: 'object', required: Object.keys(TOKENS), properties: TOKENS };
const SIGNED_IN = {
  type: 'object',
  required: [...Object.keys(TOKENS), 'user'],
  properties: { ...TOKENS, user: USER },
};

const MFA_REQUIRED = {
  type: 'object',
  required: ['mfa_required', 'challenge', 'methods', 'expires_at'],
  properties: {
    mfa_required: { const: true },
    challenge: { type: 'string', description: 'Send it to `/api/v1/auth/mfa` with the second factor.' },
    methods: { type: 'array', items: { type: 'string', enum: MFA_METHODS } },
    expires_at: { type: 'string', format: 'date-time' },
  },
};

const DEVICE =
  'The answer’s header `X-Device-Token` (in cookie mode an HttpOnly cookie) makes the device known: send it with the next sign-in.';

const COOKIE_MODE =
  'With the header `X-Auth-Transport: cookie` the refresh token travels in an HttpOnly cookie instead of the body.';

const SIGN_IN_ERRORS = [
  'INVALID_CREDENTIALS',
  'EMAIL_NOT_VERIFIED',
  'ACCOUNT_SUSPENDED',
  'ACCOUNT_DELETED',
  'PASSWORD_RESET_REQUIRED',
  'RATE_LIMITED',
  'OTHER_PROOF_REQUIRED',
] as const;

export interface AuthRoutesParts {
  clock: Clock;
  signIn: Pick<SignInService, 'login' | 'completeMfa'>;
  sessions: Pick<SessionService, 'refresh' | 'logout' | 'logoutByToken'>;
}

/** Signing in, staying signed in and signing out, over REST. */
export function createAuthRoutes(parts: AuthRoutesParts): Route[] {
  return [loginRoute(parts), mfaRoute(parts), refreshRoute(parts), logoutRoute(parts)];
}

function loginRoute({ signIn, clock }: AuthRoutesParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/auth/login',
    tag: 'auth',
    summary: 'Sign in with address and password',
    description: `${COOKIE_MODE} ${DEVICE}`,
    auth: 'none',
    input: { email: required(emailAddress), password: required(secret()) },
    responses: {
      200: {
        description: 'The user is signed in, or has to prove a second factor.',
        schema: { oneOf: [SIGNED_IN, MFA_REQUIRED] },
      },
    },
    errors: SIGN_IN_ERRORS,
    handler: async (context, { email, password }) => {
      const result = await signIn.login({ email, password, origin: context.origin });
      if (!('challenge' in result)) return presentSignedIn(context, result, clock);
      const { userId, challenge, methods, expiresAt } = result;
      context.enteredAccounts.add(userId);
      const body = { mfa_required: true, challenge, methods, expires_at: expiresAt.toISOString() };
      return { status: 200, body };
    },
  });
}

function mfaRoute({ signIn, clock }: AuthRoutesParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/auth/mfa',
    tag: 'auth',
    summary: 'Complete a sign-in by a second factor',
    description: `${COOKIE_MODE} ${DEVICE}`,
    auth: 'none',
    input: {
      challenge: required(secret()),
      method: required(oneOf(MFA_METHODS)),
      code: required(secret()),
    },
    responses: { 200: { description: 'The user is signed in.', schema: SIGNED_IN } },
    errors: [...SIGN_IN_ERRORS, 'TOKEN_INVALID', 'MFA_INVALID'],
    handler: async (context, input) =>
      presentSignedIn(context, await signIn.completeMfa({ ...input, origin: context.origin }), clock),
  });
}

function refreshRoute({ sessions, clock }: AuthRoutesParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/auth/refresh',
    tag: 'auth',
    summary: 'Exchange a refresh token for fresh tokens',
    description: COOKIE_MODE,
    auth: 'none',
    input: { refresh_token: optional(secret()) },
    responses: { 200: { description: 'Fresh tokens.', schema: REFRESHED } },
    errors: ['TOKEN_INVALID', 'TOKEN_REUSED', 'ACCOUNT_SUSPENDED', 'ACCOUNT_DELETED', 'CSRF_HEADER_REQUIRED'],
    handler: async (context, input) => {
      const { session, tokens } = await refreshThrough(
        context,
        sessions,
        input.refresh_token,
        'refresh_token',
      );
      return { status: 200, body: presentTokens(context, session.userId, tokens, clock) };
    },
  });
}

function logoutRoute({ sessions }: AuthRoutesParts): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/auth/logout',
    tag: 'auth',
    summary: 'End the current session',
    description:
      'By the access token or, in cookie mode and without `Authorization`, by the cookie, which it clears. An access ' +
      'token that has expired or is not good is refused whatever the cookie, and nothing is ended or cleared then.',
    auth: 'none',
    responses: { 204: { description: 'The session has ended.' } },
    errors: ['UNAUTHENTICATED', 'TOKEN_INVALID', 'CSRF_HEADER_REQUIRED'],
    handler: async (context) => {
      await logoutThrough(context, sessions);
      return { status: 204 };
    },
  });
}

function presentSignedIn(context: RequestContext, { user, tokens }: SignedIn, clock: Clock) {
  return {
    status: 200,
    body: { ...presentTokens(context, user.id, tokens, clock), user: presentUser(user) },
  };
}

function presentTokens(context: RequestContext, userId: string, tokens: SessionTokens, clock: Clock) {
  const { accessToken, accessTokenExpiresAt, refreshToken } = deliverTokens(context, userId, tokens);
  const lifetime = accessTokenExpiresAt.getTime() - clock.now().getTime();
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: Math.max(0, Math.ceil(lifetime / SECOND)),
    refresh_token: refreshToken,
  };
}

function presentUser({ id, email, isVerified, status, createdAt, lastLoginAt }: UserRecord) {
  return {
    id,
    email,
    is_verified: isVerified,
    status,
    created_at: createdAt.toISOString(),
    last_login_at: lastLoginAt?.toISOString() ?? null,
  };
}
