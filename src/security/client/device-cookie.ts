import { after } from '../../clock.js';
import { DEVICE_LIFETIME, DEVICE_TOKEN } from '../tokens/device-token.js';
import { findHostCookie, hostCookie } from './host-cookie.js';

/** Carries a device token of clients that keep no cookies, in requests and answers alike. */
export const DEVICE_HEADER = 'x-device-token';
const COOKIE = '__Host-custodia_device';

/** The device token of a request, by its header or else its cookie; unverified. */
export function findDeviceToken(header: string | undefined, cookieHeader: string | undefined): string | null {
  if (header !== undefined) return DEVICE_TOKEN.test(header) ? header : null;
  return findHostCookie(cookieHeader, COOKIE, DEVICE_TOKEN);
}

/** The Set-Cookie header that hands a device its token. */
export function deviceCookie(token: string, now: Date): string {
  return hostCookie(COOKIE, token, after(now, DEVICE_LIFETIME));
}
