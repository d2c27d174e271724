import { after, DAY, HOUR, MINUTE } from '../../../src/clock.js';
import {
  findSigningKey,
  planSuccession,
  PUBLICATION_LEAD,
  type KeyTimes,
} from '../../../src/security/signing-keys/signing-key-schedule.js';

const lives = { signingKeyLifetime: 90 * DAY, accessTokenTtl: 10 * MINUTE };
const start = new Date('2026-01-01T00:00:00Z');
const at = (milliseconds: number): Date => after(start, milliseconds);

function firstKey(): { id: string } & KeyTimes {
  const plan = planSuccession([], start, lives, false);
  if (!plan) throw new Error('the first key is due at once');
  return { id: 'first', ...plan.successor };
}

describe('the succession of signing keys', () => {
  test('the first key signs at once and is published until its last token has expired', () => {
    const key = firstKey();
    expect(key.signsFrom).toEqual(start);
    expect(key.signsUntil).toEqual(at(90 * DAY));
    expect(key.publishedUntil.getTime()).toBeGreaterThanOrEqual(at(90 * DAY + 10 * MINUTE).getTime());
  });

  test('a successor is due a day before the end, and takes over at the end', () => {
    const key = firstKey();
    expect(planSuccession([key], at(89 * DAY - 1), lives, false)).toBeNull();
    const plan = planSuccession([key], at(89 * DAY), lives, false);
    expect(plan?.successor.signsFrom).toEqual(key.signsUntil);
    expect(plan?.predecessor).toMatchObject({ id: 'first', signsUntil: key.signsUntil });
  });

  test('while a successor waits, no other is made', () => {
    const key = firstKey();
    const next = { id: 'next', ...planSuccession([key], at(89 * DAY), lives, false)!.successor };
    expect(planSuccession([key, next], at(89 * DAY + HOUR), lives, false)).toBeNull();
    expect(planSuccession([key, next], at(89 * DAY + HOUR), lives, true)).toBeNull();
  });

  test('a late successor still waits a day, and its predecessor signs on until then', () => {
    const key = firstKey();
    const now = at(90 * DAY - HOUR);
    const plan = planSuccession([key], now, lives, false);
    expect(plan?.successor.signsFrom).toEqual(after(now, PUBLICATION_LEAD));
    expect(plan?.predecessor?.signsUntil).toEqual(plan?.successor.signsFrom);
    expect(plan?.predecessor?.publishedUntil.getTime()).toBeGreaterThan(key.publishedUntil.getTime());
  });

  test('with no published key left, a new one signs at once', () => {
    const plan = planSuccession([firstKey()], at(200 * DAY), lives, false);
    expect(plan).toMatchObject({ predecessor: null, successor: { signsFrom: at(200 * DAY) } });
  });

  test('an early rotation shortens the predecessor to a day', () => {
    const plan = planSuccession([firstKey()], at(10 * DAY), lives, true);
    expect(plan?.successor.signsFrom).toEqual(at(11 * DAY));
    expect(plan?.predecessor?.signsUntil).toEqual(at(11 * DAY));
  });

  test('the newest key whose time has come signs', () => {
    const key = firstKey();
    const next = { id: 'next', ...planSuccession([key], at(89 * DAY), lives, false)!.successor };
    expect(findSigningKey([next, key], at(90 * DAY - 1))?.id).toBe('first');
    expect(findSigningKey([next, key], at(90 * DAY))?.id).toBe('next');
    expect(findSigningKey([], start)).toBeNull();
  });

  test('a key from a server whose clock is ahead signs rather than none', () => {
    expect(findSigningKey([firstKey()], at(-MINUTE))?.id).toBe('first');
  });
});
