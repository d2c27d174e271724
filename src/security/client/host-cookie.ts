/** Browsers take a `__Host-` cookie over a secure connection only, for this host only, and no sub-domain can set it. */
const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Strict';

/** The value of a cookie in a Cookie header, or null: absent, doubled or not of its form. */
export function findHostCookie(
  header: string | undefined,
  name: `__Host-${string}`,
  form: RegExp,
): string | null {
  if (!header) return null;
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  const [value] = values;
  return values.length === 1 && value !== undefined && form.test(value) ? value : null;
}

/** The Set-Cookie header that hands out a value until `expiresAt`. */
export function hostCookie(name: `__Host-${string}`, value: string, expiresAt: Date): string {
  return `${name}=${value}; Expires=${expiresAt.toUTCString()}; ${ATTRIBUTES}`;
}

/** The Set-Cookie header that makes the browser forget it. */
export function clearedHostCookie(name: `__Host-${string}`): string {
  return `${name}=; Max-Age=0; ${ATTRIBUTES}`;
}
