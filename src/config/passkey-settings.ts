import type { SETTINGS, SettingName } from './settings.js';

/** Where passkeys work (Web Authentication, §5.1.3 and §13.4.9). */
export interface PasskeySettings {
  /** The domain that every passkey is bound to: changing it makes all of them useless. */
  rpId: string;
  /** The origins of pages that may use them. */
  origins: string[];
}

type Read = <N extends SettingName>(name: N) => ReturnType<(typeof SETTINGS)[N]['parse']> | null;

/** Reads where passkeys work; adds to `problems` what contradicts itself. */
export function readPasskeySettings(
  read: Read,
  { publicUrl, appUrl }: { publicUrl: string; appUrl: string },
  problems: string[],
): PasskeySettings {
  const given = read('WEBAUTHN_RP_ID');
  const rpId = given ?? new URL(appUrl).hostname;
  const further = read('WEBAUTHN_ORIGINS') ?? [];
  if (!further.every((origin) => liesWithin(origin, rpId))) {
    problems.push('WEBAUTHN_ORIGINS must lie within WEBAUTHN_RP_ID (by default the host of APP_URL).');
  }
  const own = [appUrl, publicUrl].filter((origin) => liesWithin(origin, rpId));
  const origins = [...new Set([...own, ...further])];
  if (given !== null && origins.length === 0) {
    problems.push('WEBAUTHN_RP_ID must be the host of APP_URL or a parent domain of it.');
  }
  return { rpId, origins };
}

function liesWithin(origin: string, domain: string): boolean {
  const { hostname } = new URL(origin);
  return hostname === domain || hostname.endsWith(`.${domain}`);
}
