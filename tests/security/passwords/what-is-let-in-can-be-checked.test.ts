import { createPasswords } from '../../../src/security/passwords/passwords.js';

// A hash that an import lets in and that cannot be checked would keep its owner out, with an error that nobody expects.

const passwords = createPasswords({
  pepper: { activeId: 'k1', ids: ['k1'], get: () => Buffer.alloc(32, 7) },
  argon2: { memoryKib: 64, timeCost: 1, parallelism: 1 },
  concurrency: 2,
  queueLimit: 10,
});

/** Every combination of the values of its parameters, as `write` puts them into a hash. */
function each(write: (...values: string[]) => string, ...values: (string | number)[][]): string[] {
  const rows = values.reduce<string[][]>(
    (done, next) => done.flatMap((row) => next.map((value) => [...row, String(value)])),
    [[]],
  );
  return rows.map((row) => write(...row));
}

/** So many bytes in base64, as PHC strings have it. */
const bytes = (length: number) => Buffer.alloc(length, 5).toString('base64').replace(/=+$/, '');
const FIREBASE_KEY = `${'A'.repeat(86)}==`;
/** Parameters at the edges of what is checked, cheap ones. */
const EDGES: [string, string[]][] = [
  [
    'bcrypt',
    each((a, b) => `$2${a}$${b}$${'C'.repeat(21)}9${'.'.repeat(31)}`, ['a', 'b', 'y'], ['03', '04']),
  ],
  [
    'fbscrypt',
    each(
      (n, r, p, ss) => `$fbscrypt$v=1,n=${n},r=${r},p=${p},ss=${ss}=,sk=${FIREBASE_KEY}$$${FIREBASE_KEY}`,
      [0, 1, 15, 16, 17],
      [0, 1, 2],
      [0, 1, 2],
      ['', 'B'],
    ),
  ],
  [
    'scrypt',
    each((ln, r, p) => `$scrypt$ln=${ln},r=${r},p=${p}$$${bytes(16)}`, [0, 1, 15, 16], [0, 1, 2], [0, 1, 2]),
  ],
  [
    'scrypt, with many lanes',
    each((p, r) => `$scrypt$ln=1,r=${r},p=${p}$${bytes(128)}$${bytes(128)}`, [1, 2, 4_096], [1, 2, 3]),
  ],
  ['scrypt, wide', each((r) => `$scrypt$ln=1,r=${r},p=1$$${bytes(128)}`, [8191, 8192, 8193])],
  [
    'PBKDF2',
    each(
      (digest, rounds, salt, tag) => `$pbkdf2${digest}$${rounds}$${salt}$${tag}`,
      ['', '-sha1', '-sha256', '-sha512'],
      ['i=0', 'i=1', '1', 'i=1,l=128'],
      [bytes(0), bytes(128)],
      [bytes(16), bytes(128)],
    ),
  ],
  [
    'Argon2',
    each(
      (variant, cost, data, salt, tag) => `$argon2${variant}$${cost}${data}$${salt}$${tag}`,
      ['id$v=19', 'id', 'i$v=16', 'd$v=19'],
      ['m=7,t=1,p=1', 'm=8,t=1,p=1', 'm=8,t=0,p=1', 'm=9,t=1,p=1', 'm=512,t=1,p=64', 'm=520,t=1,p=65'],
      ['', `,data=${bytes(1_000)}`, ',keyid=azE'],
      [bytes(7), bytes(8), bytes(128)],
      [bytes(16), bytes(128)],
    ),
  ],
];

test.each(EDGES)('what is let in of %s can be checked at the next sign-in', async (_format, hashes) => {
  let checked = 0;
  for (const stored of hashes) {
    try {
      passwords.requireCheckable(stored);
    } catch (error) {
      expect(error).toMatchObject({ name: 'StoredHashError' });
      continue;
    }
    checked += 1;
    const outcome = await passwords.verify(stored, 'password').catch((error: unknown) => ({ stored, error }));
    expect(outcome).toEqual({ matches: false, needsRehash: false });
  }
  expect(checked).toBeGreaterThan(0);
});
