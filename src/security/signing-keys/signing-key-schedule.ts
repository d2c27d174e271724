import { after, DAY, HOUR } from '../../clock.js';

/** A key is published this long before it signs, so that every cached copy of the JWKS has it by then. */
export const PUBLICATION_LEAD = DAY;
/** How old a process's knowledge of the keys may become. */
export const RELOAD_INTERVAL = HOUR;

export interface KeyTimes {
  signsFrom: Date;
  signsUntil: Date;
  publishedUntil: Date;
}

export interface Succession {
  /** The key that is to hand over, with its new end; null when there is none to succeed. */
  predecessor: ({ id: string } & Pick<KeyTimes, 'signsUntil' | 'publishedUntil'>) | null;
  successor: KeyTimes;
}

export interface KeyLives {
  /** How long a key signs, in milliseconds. */
  signingKeyLifetime: number;
  /** How long a token lives that it signed, in milliseconds. */
  accessTokenTtl: number;
}

/**
 * When the next key is due, and from when to when it signs; null while nothing is to be done.
 * The first key signs at once, every other a day after it was published. Where a successor comes late
 * (no server ran at the time) its predecessor signs on until then.
 *
 * @param early do not wait for the predecessor's planned end
 */
export function planSuccession(
  keys: readonly ({ id: string } & KeyTimes)[],
  now: Date,
  lives: KeyLives,
  early: boolean,
): Succession | null {
  const newest = keys
    .filter((key) => key.publishedUntil > now)
    .sort(bySignsFrom)
    .at(-1);
  if (!newest) return { predecessor: null, successor: timesFrom(now, lives) };
  if (newest.signsFrom > now) return null;
  const soonest = after(now, PUBLICATION_LEAD);
  if (!early && newest.signsUntil > soonest) return null;
  const handover = early || newest.signsUntil < soonest ? soonest : newest.signsUntil;
  return {
    predecessor: {
      id: newest.id,
      signsUntil: handover,
      publishedUntil: publishedUntil(handover, lives),
    },
    successor: timesFrom(handover, lives),
  };
}

/**
 * The key to sign with: of the published ones the last whose time has come, or the first of all when
 * another server's clock, which made it, is ahead of ours.
 */
export function findSigningKey<Key extends KeyTimes>(keys: readonly Key[], now: Date): Key | null {
  const published = keys.filter((key) => key.publishedUntil > now).sort(bySignsFrom);
  return published.filter((key) => key.signsFrom <= now).at(-1) ?? published[0] ?? null;
}

function timesFrom(signsFrom: Date, lives: KeyLives): KeyTimes {
  const signsUntil = after(signsFrom, lives.signingKeyLifetime);
  return { signsFrom, signsUntil, publishedUntil: publishedUntil(signsUntil, lives) };
}

/** Until the last token has expired, counting that a server may notice the handover late. */
function publishedUntil(signsUntil: Date, lives: KeyLives): Date {
  return after(signsUntil, lives.accessTokenTtl + 2 * RELOAD_INTERVAL);
}

function bySignsFrom(one: KeyTimes, other: KeyTimes): number {
  return one.signsFrom.getTime() - other.signsFrom.getTime();
}
