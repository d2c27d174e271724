/**
 * The id of the pepper in a password hash (`keyid` of a PHC string, base64); null in hashes that were made elsewhere
 * and have none. Lies beside the sealed hash, so that accounts can be counted by it.
 */
export function findPepperOf(hash: string): string | null {
  const text = /^\$argon2id\$[^$]*\$[^$]*\bkeyid=([A-Za-z0-9+/]+)/.exec(hash)?.[1];
  const id = text === undefined ? '' : Buffer.from(text, 'base64').toString('latin1');
  return /^[a-z0-9]{1,8}$/.test(id) ? id : null;
}
