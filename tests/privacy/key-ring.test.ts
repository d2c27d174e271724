import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyRing, loadKeyRing, loadKeyRingFile } from '../../src/privacy/key-ring.js';
import { KeyRingError } from '../../src/privacy/privacy-errors.js';

const secret = () => randomBytes(32).toString('base64');
const purpose = (keys: Record<string, unknown>, active = 'k1') => ({ active, keys });

function problemsOf(ring: unknown): string[] {
  try {
    loadKeyRing(typeof ring === 'string' ? ring : JSON.stringify(ring));
  } catch (error) {
    if (error instanceof KeyRingError) return [...error.problems];
    throw error;
  }
  return [];
}

test('a generated key ring loads, and each one is new', () => {
  const ring = loadKeyRing(generateKeyRing());
  expect(ring.encryption.activeKeyId).toBe('k1');
  expect(ring.searchIndex.get('k1')).toHaveLength(32);
  expect(ring.pepper.ids).toEqual(['k1']);
  expect(generateKeyRing()).not.toBe(generateKeyRing());
});

test('every problem is reported at once', () => {
  const twin = secret();
  const problems = problemsOf({
    encryption: purpose({ k1: twin, 'Bad Id': secret(), k2: Buffer.alloc(31, 3).toString('base64') }),
    searchIndex: purpose({ k1: twin, k3: '???', k4: 7, k5: Buffer.alloc(32).toString('base64') }, 'k9'),
    salt: {},
  });
  expect(problems).toEqual([
    'encryption: a key id is not 1 to 8 characters a to z and 0 to 9',
    'encryption.k2: the key has 31 bytes, not 32',
    'searchIndex.k1: the same key as encryption.k1',
    'searchIndex.k3: the key is not base64',
    'searchIndex.k4: the key is not base64',
    'searchIndex.k5: the key is not random',
    'searchIndex.active: names no key of this purpose',
    expect.stringMatching(/^pepper: missing/),
    expect.stringMatching(/unknown purpose/),
  ]);
});

test.each([['{'], ['[]'], ['null'], ['"k1"'], ['']])('%j is refused', (text) => {
  expect(problemsOf(text).length).toBeGreaterThan(0);
});

test('no error repeats key material, wherever in the file it stands', () => {
  const stray = secret();
  const ring = { encryption: { active: stray, keys: { [stray]: 'k1' } }, [stray]: stray };
  for (const text of [JSON.stringify(ring), `{"encryption": "${stray}`]) {
    expect(problemsOf(text).join('\n')).not.toContain(stray.slice(0, 12));
  }
});

test('an unknown version is named by its id', () => {
  expect(() => loadKeyRing(generateKeyRing()).pepper.get('k7')).toThrow(/pepper\.k7/);
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'key-ring-'));
  const path = join(folder, 'key-ring.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([0o640, 0o604, 0o660, 0o644])('of mode %o is refused', (mode) => {
    writeFileSync(path, generateKeyRing());
    chmodSync(path, mode);
    expect(() => loadKeyRingFile(path)).toThrow(/chmod 600/);
  });

  test.each([0o600, 0o400])('of mode %o loads', (mode) => {
    writeFileSync(path, generateKeyRing());
    chmodSync(path, mode);
    expect(loadKeyRingFile(path).encryption.activeKeyId).toBe('k1');
    chmodSync(path, 0o600);
  });

  test('that is missing is named', () => {
    expect(() => loadKeyRingFile(join(folder, 'none.json'))).toThrow(/none\.json cannot be read \(ENOENT\)/);
  });
});

test('what an older key wrapped opens while that key is in the ring', async () => {
  const [first, second] = [secret(), secret()];
  const rest = { searchIndex: purpose({ k1: secret() }), pepper: purpose({ k1: secret() }) };
  const before = loadKeyRing(JSON.stringify({ encryption: purpose({ k1: first }), ...rest }));
  const after = loadKeyRing(
    JSON.stringify({ encryption: purpose({ k1: first, k2: second }, 'k2'), ...rest }),
  );
  const gone = loadKeyRing(JSON.stringify({ encryption: purpose({ k2: second }, 'k2'), ...rest }));
  const wrapped = await before.encryption.wrap(Buffer.from('a key'), 'signing-key:1');
  expect(wrapped).toMatch(/^w1\.k1\./);
  expect((await after.encryption.unwrap(wrapped, 'signing-key:1')).toString()).toBe('a key');
  expect(await after.encryption.wrap(Buffer.from('a key'), 'signing-key:1')).toMatch(/^w1\.k2\./);
  await expect(after.encryption.unwrap(wrapped, 'signing-key:2')).rejects.toThrow(
    /altered or belongs elsewhere/,
  );
  await expect(gone.encryption.unwrap(wrapped, 'signing-key:1')).rejects.toThrow(/lacks the encryption key/);
});
