import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { DAY, SECOND } from '../../clock.js';
import type { SecretVersions } from '../../privacy/key-ring.js';

const PREFIX = 'cst_dv_';
/** The form of a token; whether it is ours shows its signature. */
export const DEVICE_TOKEN = /^cst_dv_([A-Za-z0-9_-]{20,1200})\.([A-Za-z0-9_-]{43})$/;
/** How long a device stays known without a sign-in; milliseconds. */
export const DEVICE_LIFETIME = 365 * DAY;
/** People who share a browser; beyond these the one who signed in longest ago is a stranger again. */
const MOST_ACCOUNTS = 4;

/** A device and the accounts that signed in on it: pairs of account id and time in seconds, the latest first. */
interface Device {
  id: string;
  accounts: [string, number][];
}

/** What decides whether a device is still known: it may have been disowned since. */
export interface DeviceHolder {
  id: string;
  /** Sign-ins up to then are not trusted any more; null: all are. */
  credentialsVoidAt: Date | null;
}

export type DeviceTokens = ReturnType<typeof createDeviceTokens>;

/**
 * Tokens by which a device is recognised: signed (HMAC-SHA-256), so that nothing about devices needs to be stored. A
 * token opens nothing; it lets the next sign-in pass without a notice, and fail without using up what strangers share.
 */
export function createDeviceTokens(secrets: SecretVersions) {
  function mac(keyId: string, payload: string): Buffer {
    const key = createHmac('sha256', secrets.get(keyId)).update('device tokens').digest();
    return createHmac('sha256', key).update(payload).digest();
  }

  function open(token: string | null | undefined): Device | null {
    const [, payload, signature] = DEVICE_TOKEN.exec(token ?? '') ?? [];
    if (payload === undefined || signature === undefined) return null;
    const claimed = Buffer.from(signature, 'base64url');
    if (!secrets.ids.some((id) => timingSafeEqual(mac(id, payload), claimed))) return null;
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Device;
  }

  /** The id of the device on which this account signed in before; null for any other, or none. */
  function findKnownDevice(
    token: string | null | undefined,
    { id, credentialsVoidAt }: DeviceHolder,
    now: Date,
  ): string | null {
    const device = open(token);
    const at = device?.accounts.find(([accountId]) => accountId === id)?.[1];
    if (!device || at === undefined) return null;
    const signedInAt = at * SECOND;
    const isVoid = credentialsVoidAt !== null && signedInAt <= credentialsVoidAt.getTime();
    return isVoid || signedInAt + DEVICE_LIFETIME < now.getTime() ? null : device.id;
  }

  /** The token after a sign-in: of the same device, if it has a token, and knowing this account too. */
  function issue(token: string | null | undefined, accountId: string, now: Date): string {
    const device = open(token);
    const others = device?.accounts.filter(([id]) => id !== accountId) ?? [];
    const accounts = [[accountId, Math.floor(now.getTime() / SECOND)], ...others].slice(0, MOST_ACCOUNTS);
    const id = device?.id ?? randomBytes(16).toString('base64url');
    const payload = Buffer.from(JSON.stringify({ id, accounts })).toString('base64url');
    return `${PREFIX}${payload}.${mac(secrets.activeId, payload).toString('base64url')}`;
  }

  return { findKnownDevice, issue };
}
