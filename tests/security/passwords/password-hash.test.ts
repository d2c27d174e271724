import { hash as referenceArgon2, verify as referenceVerify } from 'argon2';
import { randomBytes } from 'node:crypto';
import { createPasswords } from '../../../src/security/passwords/passwords.js';

const COST = { memoryKib: 1024, timeCost: 2, parallelism: 1 };
const PASSWORD = 'correct horse battery staple';
const keys = { k1: Buffer.alloc(32, 7), k2: randomBytes(32) };

function pepperOf(activeId: 'k1' | 'k2', ids: ('k1' | 'k2')[] = [activeId]) {
  return { activeId, ids, get: (id: string) => keys[id as 'k1' | 'k2'] };
}

function passwordsWith(pepper = pepperOf('k1'), argon2 = COST) {
  return createPasswords({ pepper, argon2, concurrency: 2, queueLimit: 10 });
}

describe('the stored form', () => {
  // Computed by the reference implementation (package argon2): Argon2id, salt "0123456789abcdef", secret 32 times 0x07.
  const GOLDEN =
    '$argon2id$v=19$m=1024,t=2,p=1,keyid=azE$MDEyMzQ1Njc4OWFiY2RlZg$/dV/85SoFFFwHZFDZcF2F403A6LqoFfLiI8kOY3sNWo';

  test('is a PHC string with the pepper id as keyid', async () => {
    const stored = await passwordsWith().hash(PASSWORD);
    expect(stored).toMatch(
      /^\$argon2id\$v=19\$m=1024,t=2,p=1,keyid=azE\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
  });

  test('of a known answer verifies and needs no rehash', async () => {
    expect(await passwordsWith().verify(GOLDEN, PASSWORD)).toEqual({ matches: true, needsRehash: false });
    expect(await passwordsWith().verify(GOLDEN, `${PASSWORD}!`)).toEqual({
      matches: false,
      needsRehash: false,
    });
  });

  test('has a salt of its own each time', async () => {
    const passwords = passwordsWith();
    expect(await passwords.hash(PASSWORD)).not.toBe(await passwords.hash(PASSWORD));
  });

  test.each([
    ['one lane', COST],
    ['four lanes', { memoryKib: 4096, timeCost: 3, parallelism: 4 }],
  ])('is what the reference implementation computes, %s', async (_, cost) => {
    const stored = await passwordsWith(pepperOf('k2'), cost).hash(PASSWORD);
    const standard = stored.replace(/,keyid=[^$]+/, '');
    expect(await referenceVerify(standard, PASSWORD, { secret: keys.k2 })).toBe(true);
    expect(await referenceVerify(standard, PASSWORD)).toBe(false);
  });
});

test('the reference implementation computes the vector of RFC 9106 §5.3', async () => {
  const tag = await referenceArgon2(Buffer.alloc(32, 1), {
    raw: true,
    salt: Buffer.alloc(16, 2),
    secret: Buffer.alloc(8, 3),
    associatedData: Buffer.alloc(12, 4),
    memoryCost: 32,
    timeCost: 3,
    parallelism: 4,
  });
  expect(tag.toString('hex')).toBe('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
});

describe('signing in replaces a hash', () => {
  test.each([
    ['memory', { ...COST, memoryKib: 2048 }],
    ['time', { ...COST, timeCost: 3 }],
    ['parallelism', { ...COST, parallelism: 2 }],
  ])('of another cost: %s', async (_, newCost) => {
    const stored = await passwordsWith().hash(PASSWORD);
    const passwords = passwordsWith(pepperOf('k1'), newCost);
    expect(await passwords.verify(stored, PASSWORD)).toEqual({ matches: true, needsRehash: true });
    expect(await passwords.verify(stored, 'wrong')).toEqual({ matches: false, needsRehash: false });
    expect(await passwords.verify(await passwords.hash(PASSWORD), PASSWORD)).toEqual({
      matches: true,
      needsRehash: false,
    });
  });

  test('of an older pepper version', async () => {
    const stored = await passwordsWith(pepperOf('k1')).hash(PASSWORD);
    const rotated = passwordsWith(pepperOf('k2', ['k1', 'k2']));
    expect(await rotated.verify(stored, PASSWORD)).toEqual({ matches: true, needsRehash: true });
  });
});

describe('a stored hash that cannot be checked is an error, never a match', () => {
  test('unknown pepper version: the error names its id', async () => {
    const stored = await passwordsWith(pepperOf('k1')).hash(PASSWORD);
    await expect(passwordsWith(pepperOf('k2')).verify(stored, PASSWORD)).rejects.toThrow(
      'Stored password hash (argon2id): unknown pepper version "k1".',
    );
  });

  test('another pepper under the same id does not match', async () => {
    const stored = await passwordsWith().hash(PASSWORD);
    const impostor = passwordsWith({ ...pepperOf('k1'), get: () => randomBytes(32) });
    expect((await impostor.verify(stored, PASSWORD)).matches).toBe(false);
  });

  test('a peppered hash whose keyid was cut off does not match', async () => {
    const stored = await passwordsWith().hash(PASSWORD);
    const result = await passwordsWith().verify(stored.replace(/,keyid=[^$]+/, ''), PASSWORD);
    expect(result.matches).toBe(false);
  });

  const SALT_AND_TAG = 'MDEyMzQ1Njc4OWFiY2RlZg$/dV/85SoFFFwHZFDZcF2F403A6LqoFfLiI8kOY3sNWo';
  test.each([
    ['empty', ''],
    ['plain text', PASSWORD],
    ['no tag', '$argon2id$v=19$m=1024,t=2,p=1,keyid=azE$MDEyMzQ1Njc4OWFiY2RlZg'],
    ['empty tag', '$argon2id$v=19$m=1024,t=2,p=1,keyid=azE$MDEyMzQ1Njc4OWFiY2RlZg$'],
    ['short tag', '$argon2id$v=19$m=1024,t=2,p=1,keyid=azE$MDEyMzQ1Njc4OWFiY2RlZg$/dV/85So'],
    ['no salt', '$argon2id$v=19$m=1024,t=2,p=1,keyid=azE$$/dV/85SoFFFwHZFDZcF2F403A6LqoFfLiI8kOY3sNWo'],
    ['padded base64', `$argon2id$v=19$m=1024,t=2,p=1,keyid=azE=$${SALT_AND_TAG}`],
    ['keyid of another kind', `$argon2id$v=19$m=1024,t=2,p=1,keyid=//8$${SALT_AND_TAG}`],
    ['peppered argon2i', `$argon2i$v=19$m=1024,t=2,p=1,keyid=azE$${SALT_AND_TAG}`],
    ['missing cost', `$argon2id$v=19$m=1024,p=1,keyid=azE$${SALT_AND_TAG}`],
    ['cost twice', `$argon2id$v=19$m=1024,m=1024,t=2,p=1,keyid=azE$${SALT_AND_TAG}`],
    ['cost not a number', `$argon2id$v=19$m=1e9,t=2,p=1,keyid=azE$${SALT_AND_TAG}`],
    ['zero time', `$argon2id$v=19$m=1024,t=0,p=1,keyid=azE$${SALT_AND_TAG}`],
    ['absurd memory', `$argon2id$v=19$m=4294967295,t=2,p=1,keyid=azE$${SALT_AND_TAG}`],
    ['absurd time', `$argon2id$v=19$m=1024,t=4294967295,p=1,keyid=azE$${SALT_AND_TAG}`],
    ['unknown version', `$argon2id$v=20$m=1024,t=2,p=1,keyid=azE$${SALT_AND_TAG}`],
    ['version not a number', `$argon2id$v=x$m=1024,t=2,p=1,keyid=azE$${SALT_AND_TAG}`],
    ['unknown parameter', `$argon2id$v=19$m=1024,t=2,p=1,x=1,keyid=azE$${SALT_AND_TAG}`],
    ['one field too many', `$argon2id$v=19$m=1024,t=2,p=1,keyid=azE$x=1$${SALT_AND_TAG}`],
    ['__proto__', `$__proto__$v=19$m=1024,t=2,p=1$${SALT_AND_TAG}`],
    ['constructor', `$constructor$v=19$m=1024,t=2,p=1$${SALT_AND_TAG}`],
  ])('%s', async (_, stored) => {
    const error: unknown = await passwordsWith()
      .verify(stored, PASSWORD)
      .catch((problem: unknown) => problem);
    expect(String(error)).toMatch(/^StoredHashError: Stored password hash \(/);
    expect(String(error)).not.toContain('MDEyMzQ1');
  });
});

describe('what a password may be', () => {
  test('the same text in another Unicode form matches', async () => {
    const passwords = passwordsWith();
    const stored = await passwords.hash('cafe\u0301 mit Sahne');
    expect((await passwords.verify(stored, 'caf\u00e9 mit Sahne')).matches).toBe(true);
    expect((await passwords.verify(stored, 'cafe mit Sahne')).matches).toBe(false);
  });

  test.each([
    ['1 MB', 'a'.repeat(1_000_000)],
    ['257 code points', 'a'.repeat(257)],
    ['NUL', `${PASSWORD}\0`],
    ['a lone surrogate', `${PASSWORD}\ud800`],
  ])('%s: refused for hashing, a wrong password for checking', async (_, text) => {
    const passwords = passwordsWith();
    await expect(passwords.hash(text)).rejects.toThrow(RangeError);
    const stored = await passwords.hash(PASSWORD);
    expect(await passwords.verify(stored, text)).toEqual({ matches: false, needsRehash: false });
    await passwords.verifyAgainstNobody(text);
  });

  test('256 code points outside the basic plane are hashed whole', async () => {
    const passwords = passwordsWith();
    const stored = await passwords.hash('😀'.repeat(256));
    expect((await passwords.verify(stored, '😀'.repeat(256))).matches).toBe(true);
    expect((await passwords.verify(stored, `${'😀'.repeat(255)}😁`)).matches).toBe(false);
  });
});

test('a cost that Argon2 or our limits refuse is refused at the start', () => {
  expect(() => passwordsWith(pepperOf('k1'), { ...COST, memoryKib: 7 })).toThrow(RangeError);
  expect(() => passwordsWith(pepperOf('k1'), { ...COST, timeCost: 0 })).toThrow(RangeError);
  expect(() => passwordsWith(pepperOf('k1'), { ...COST, memoryKib: 2 ** 21 })).toThrow(RangeError);
});
