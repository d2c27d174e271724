import { randomUUID } from 'node:crypto';
import { AppError } from '../../errors.js';
import { browserCookie, findBrowserCookie } from '../client/browser-cookie.js';
import { systemClock } from '../../clock.js';
import { findClientAddress } from '../client/client-address.js';
import { ACCOUNT_SCOPE, levelOf, rolesAtLevel } from '../rights/assurance.js';
import { DEVICE_HEADER, deviceCookie, findDeviceToken } from '../client/device-cookie.js';
import { permissionsOf, type Permission, type Role } from '../rights/permissions.js';
import { clearedRefreshCookie, findRefreshCookie, refreshCookie } from '../client/refresh-cookie.js';
import { enrollmentRequired } from '../rights/step-up.js';
import type { Viewer } from '../rights/viewer.js';

/** Where a request came from: personal data, kept with sessions and audit events only. */
export interface RequestOrigin {
  ipAddress: string | null;
  /** Cut to 512 characters. */
  userAgent: string | null;
  /** What the client sent as the token of its device, unverified. Never kept. */
  deviceToken?: string | null;
}

/** What services, resolvers and routes may know of the HTTP request that they answer; one per request. */
export interface RequestContext {
  /** Made by the server; in the answer's X-Request-Id, in errors and in the log. */
  requestId: string;
  /** Who asks, by a verified access token; null: nobody signed in. */
  viewer: Viewer | null;
  /**
   * What the caller may do beside using the own account. Read once a request, when first asked for: a role that
   * was taken away is gone with the next request, and a request that asks for none costs no query.
   */
  permissions(): Promise<ReadonlySet<Permission>>;
  /** What the caller could do beside that if the session had proved a second factor. */
  withheldPermissions(): Promise<ReadonlySet<Permission>>;
  /**
   * Accounts of others whose personal data this request reads as staff; `noteLook` adds each id before the data is answered.
   * The server records one event a request and account, and answers nothing when it cannot.
   */
  viewedAccounts: Set<string>;
  /**
   * Accounts that this request opens or signs in to, where nobody is signed in yet: what is kept of the answer, under an
   * Idempotency-Key, goes with the account. Add each id before the answer is made.
   */
  enteredAccounts: Set<string>;
  origin: RequestOrigin;
  /** The request carries `X-Auth-Transport: cookie`: refresh tokens travel in the cookie, which no other site can ask for. */
  cookieMode: boolean;
  /** The refresh token in the cookie, in cookie mode or not: outside it, refuse with CSRF_HEADER_REQUIRED instead of using it. */
  refreshCookie: string | null;
  /** Puts the refresh token into the answer's HttpOnly cookie. */
  setRefreshCookie(token: string, expiresAt: Date): void;
  clearRefreshCookie(): void;
  /** The secret by which this browser is known again on its way back from a provider; null before it has one. */
  browserSecret: string | null;
  setBrowserSecret(secret: string): void;
  /** Hands the client the token by which its device is known: in cookie mode as an HttpOnly cookie, else as X-Device-Token. */
  setDeviceToken(token: string): void;
  /** Sets Retry-After, in seconds. */
  setRetryAfter(seconds: number): void;
}

/** What this needs of an HTTP request, whichever server read it. */
export interface IncomingRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The address at the other end of the socket. */
  remoteAddress: string | undefined;
  setHeader(name: string, value: string): void;
}

export interface RequestContextDeps {
  /** Turns an Authorization header into the viewer; null without one; throws UNAUTHENTICATED for a bad token. */
  authenticate(authorizationHeader: string | undefined): Viewer | null | Promise<Viewer | null>;
  /** The roles of an account; none unless it is active. */
  rolesOf(userId: string): Promise<readonly Role[]>;
  /** Roles that count only in sessions that proved a second factor. */
  mfaRequiredRoles: readonly Role[];
  /** How many proxies in front of the server append to X-Forwarded-For. */
  trustedProxies: number;
}

const MAX_USER_AGENT_LENGTH = 512;

/** A request id: never taken from the request, since it goes into logs and answers. */
export function newRequestId(): string {
  return randomUUID();
}

/**
 * The context of one HTTP request, for GraphQL and REST alike.
 *
 * @throws AppError UNAUTHENTICATED when an Authorization header is there and does not hold a good access token
 */
export async function createRequestContext(
  deps: RequestContextDeps,
  request: IncomingRequest,
  requestId: string = newRequestId(),
): Promise<RequestContext> {
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  const viewer = await deps.authenticate(header('authorization'));
  let rights: Promise<Rights> | undefined;
  const readRights = () => (rights ??= findRights(deps, viewer));
  const cookieMode = header('x-auth-transport')?.toLowerCase() === 'cookie';
  return {
    requestId,
    viewer,
    permissions: async () => (await readRights()).granted,
    withheldPermissions: async () => (await readRights()).withheld,
    viewedAccounts: new Set(),
    enteredAccounts: new Set(),
    origin: {
      ipAddress: findClientAddress(request.remoteAddress, header('x-forwarded-for'), deps.trustedProxies),
      userAgent: header('user-agent')?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
      deviceToken: findDeviceToken(header(DEVICE_HEADER), header('cookie')),
    },
    cookieMode,
    refreshCookie: findRefreshCookie(header('cookie')),
    setRefreshCookie: (token, expiresAt) => request.setHeader('set-cookie', refreshCookie(token, expiresAt)),
    clearRefreshCookie: () => request.setHeader('set-cookie', clearedRefreshCookie()),
    browserSecret: findBrowserCookie(header('cookie')),
    setBrowserSecret: (secret) => request.setHeader('set-cookie', browserCookie(secret)),
    setDeviceToken: (token) =>
      cookieMode
        ? request.setHeader('set-cookie', deviceCookie(token, systemClock.now()))
        : request.setHeader(DEVICE_HEADER, token),
    setRetryAfter: (seconds) => request.setHeader('retry-after', String(Math.ceil(seconds))),
  };
}

interface Rights {
  granted: ReadonlySet<Permission>;
  withheld: ReadonlySet<Permission>;
}

async function findRights(
  { rolesOf, mfaRequiredRoles }: Pick<RequestContextDeps, 'rolesOf' | 'mfaRequiredRoles'>,
  viewer: Viewer | null,
): Promise<Rights> {
  const held = viewer ? await rolesOf(viewer.userId) : [];
  const granted = permissionsOf(viewer ? rolesAtLevel(held, levelOf(viewer.amr), mfaRequiredRoles) : []);
  return { granted, withheld: new Set([...permissionsOf(held)].filter((name) => !granted.has(name))) };
}

/** Notes that the request shows personal data of an account, for the record of who looked at whom; the own one is no look. */
export function noteLook(
  { viewer, viewedAccounts }: Pick<RequestContext, 'viewer' | 'viewedAccounts'>,
  userId: string | null,
): void {
  if (userId !== null && userId !== viewer?.userId) viewedAccounts.add(userId);
}

/**
 * The signed-in caller.
 *
 * @throws AppError UNAUTHENTICATED when nobody is signed in; STEP_UP_REQUIRED for somebody who has to set up a
 *   second factor first
 */
export function requireViewer(context: Pick<RequestContext, 'viewer'>): Viewer {
  const viewer = requireAnyViewer(context);
  if (!viewer.scope.includes(ACCOUNT_SCOPE)) throw enrollmentRequired();
  return viewer;
}

/**
 * The signed-in caller, also one who may do nothing yet but set up a second factor: for what leads there.
 *
 * @throws AppError UNAUTHENTICATED when nobody is signed in
 */
export function requireAnyViewer(context: Pick<RequestContext, 'viewer'>): Viewer {
  if (!context.viewer) throw new AppError('UNAUTHENTICATED');
  return context.viewer;
}
