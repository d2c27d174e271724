import { DAY, HOUR, MINUTE, SECOND } from '../clock.js';

/**
 * Parsers of one setting's text. Each returns the value or throws a plain Error whose message completes
 * the sentence "NAME …"; a message never repeats the text, which may be a secret.
 */
export function wholeNumber(minimum: number, maximum: number) {
  return (text: string): number => {
    const value = /^\d{1,12}$/.test(text) ? Number(text) : NaN;
    if (!(value >= minimum && value <= maximum)) {
      throw new Error(`must be a whole number from ${minimum} to ${maximum}`);
    }
    return value;
  };
}

export function yesOrNo(text: string): boolean {
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new Error('must be true or false');
}

const UNITS: Record<string, number> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY };

/** `10m`, `30d`, `45s`, `12h` → milliseconds. */
export function duration(text: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  const milliseconds = match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0) : 0;
  if (milliseconds <= 0) throw new Error('must be a duration such as 45s, 10m, 12h or 30d');
  return milliseconds;
}

/** As `duration`, or `off` → null. */
export function durationOrOff(text: string): number | null {
  return text === 'off' ? null : duration(text);
}

/** A secret that clients send in a header. */
export function bearerToken(text: string): string {
  if (!/^[A-Za-z0-9._~+/=-]{16,500}$/.test(text)) {
    throw new Error('must be at least 16 characters of letters, digits and ._~+/=-');
  }
  return text;
}

/** An http(s) origin, without path, query or trailing slash: `https://accounts.example.com`. */
export function origin(text: string): string {
  const url = urlWithScheme(text, ['http:', 'https:'], 'an origin such as https://accounts.example.com');
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    throw new Error('must be an origin only, without path, query or credentials');
  }
  return url.origin;
}

export function origins(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(origin);
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** As `origin`; https, or http to this machine. */
export function secureOrigin(text: string): string {
  const value = origin(text);
  return requireSecure(new URL(value)) && value;
}

/** The issuer of an OpenID provider, as it writes itself: a path may belong to it, and a slash at its end counts. */
export function issuerUrl(text: string): string {
  const url = urlWithScheme(text, ['http:', 'https:'], 'an issuer such as https://login.example.com');
  if (url.search || url.hash || url.username || url.password)
    throw new Error('must be without query, fragment and credentials');
  return requireSecure(url) && text;
}

/**
 * Comma-separated URLs that a browser is sent back to: https, http to this machine, or an app’s own scheme named
 * after a domain of its maker (`com.example.app:/signed-in`, RFC 8252 §7.1).
 */
export function returnUrls(text: string): string[] {
  const urls = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (urls.length === 0) throw new Error('must be at least one URL');
  return urls.map((part) => {
    const url = URL.canParse(part) ? new URL(part) : null;
    const isAppScheme = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/.test(url?.protocol ?? '');
    if (!url || !(isAppScheme || ['http:', 'https:'].includes(url.protocol)))
      throw new Error('must be URLs such as https://app.example.com/auth/complete');
    if (url.hash || url.username || url.password) throw new Error('must be without fragment and credentials');
    if (!isAppScheme) requireSecure(url);
    return url.href;
  });
}

function requireSecure({ protocol, hostname }: URL): true {
  if (protocol === 'http:' && !LOOPBACK.includes(hostname))
    throw new Error('must be https, unless on this machine');
  return true;
}

/** A host name such as `example.com`, in lower case. */
export function domainName(text: string): string {
  if (!/^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(text)) {
    throw new Error('must be a domain such as example.com, in lower case, without scheme and port');
  }
  return text;
}

/** One URL that is told of something. */
export function webhookUrl(text: string): string {
  const [url, ...others] = webhookUrls(text);
  if (url === undefined || others.length > 0) throw new Error('must be one URL');
  return url;
}

/** Where checkpoints go: `file`, `stdout` or both, comma-separated; empty: nowhere. */
export function checkpointPlaces(text: string): ('file' | 'stdout')[] {
  const places = text.split(',').map((part) => part.trim());
  return places.filter((place) => place !== '').map(oneOf('file', 'stdout'));
}

/** Comma-separated URLs that are told of something: https, or http to this machine. */
export function webhookUrls(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const url = urlWithScheme(part, ['http:', 'https:'], 'URLs such as https://crm.example.com/erased');
      const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
      if (url.protocol === 'http:' && !isLocal) throw new Error('must be https, unless on this machine');
      if (url.username || url.password || url.hash)
        throw new Error('must be without credentials and fragment');
      return url.href;
    });
}

export function postgresUrl(text: string): string {
  urlWithScheme(
    text,
    ['postgres:', 'postgresql:'],
    'a URL such as postgresql://user:password@host:5432/name',
  );
  return text;
}

export function redisUrl(text: string): string {
  urlWithScheme(text, ['redis:', 'rediss:'], 'a URL such as rediss://user:password@host:6379/0');
  return text;
}

/** One or more names, comma-separated. */
export function names(text: string): string[] {
  const list = text.split(',').map((part) => part.trim());
  if (list.some((name) => !/^[\w:/.-]{1,2048}$/.test(name)))
    throw new Error('must be names, comma-separated');
  return list;
}

/** Part of a path in Vault. */
export function vaultPath(text: string): string {
  if (!/^[\w-]+(?:[/.][\w-]+)*$/.test(text)) throw new Error('must be a name of letters, digits and ._-/');
  return text;
}

export function smtpUrl(text: string): string {
  urlWithScheme(text, ['smtp:', 'smtps:'], 'a URL such as smtps://user:password@host:465');
  return text;
}

/** `Custodia <no-reply@example.com>` or a bare address. */
export function mailbox(text: string): { name: string; address: string } {
  const match = /^(?:([^<>"\r\n]*?)\s*<)?([^\s<>@"]+@[^\s<>@"]+)>?$/.exec(text);
  if (!match?.[2]) throw new Error('must be an address such as Custodia <no-reply@example.com>');
  return { name: match[1] ?? '', address: match[2] };
}

/** Names of roles, comma-separated; `none`: of none. */
export function rolesOrNone(text: string): ('USER' | 'SUPPORT' | 'PRIVACY_OFFICER' | 'ADMIN')[] {
  if (text === 'none') return [];
  const role = oneOf('USER', 'SUPPORT', 'PRIVACY_OFFICER', 'ADMIN');
  return text.split(',').map((part) => role(part.trim()));
}

export function oneOf<T extends string>(...choices: T[]) {
  return (text: string): T => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw new Error(`must be one of ${choices.join(', ')}`);
    return choice;
  };
}

export function text(value: string): string {
  return value;
}

function urlWithScheme(value: string, schemes: string[], example: string): URL {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (!url || !schemes.includes(url.protocol)) throw new Error(`must be ${example}`);
  return url;
}
