import { execFileSync } from 'node:child_process';
import { openText } from '../../src/privacy/envelope.js';
import { wrapUnder } from '../../src/privacy/key-encryption.js';
import { createDataKeys } from '../../src/privacy/data-keys.js';
import { findPepperOf } from '../../src/privacy/pepper-of-hash.js';
import { createSearchIndex } from '../../src/privacy/search-index.js';
import { hashPeppered } from '../../src/security/passwords/password-argon2.js';

// The formats as an independent script makes them from their description: what was written by one version of
// Custodia can be read by the next, and by anybody who holds the keys.

const USER = '0b6c8f5e-4a1d-4d6e-9a57-2f0e5c1d7b33';
const versions = (byte: number) => ({ activeId: 'k1', ids: ['k1'], get: () => Buffer.alloc(32, byte) });

const golden = JSON.parse(
  execFileSync(process.execPath, ['tests/vectors/golden.mjs'], { encoding: 'utf8' }),
) as {
  envelope: string;
  wrapped: string;
  index: string;
  passwordParams: string;
};

test('the script still makes what is stored out there', () => {
  expect(golden).toEqual({
    envelope: 'c1.1.BwcHBwcHBwcHBwcH7JeL5GrW0Mxp9mEexa8K9VPJuZlzgc42ZwCK-IBZug',
    wrapped: expect.stringMatching(/^w1\.k1\.BwcHBwcHBwcHBwcH[\w-]{66}$/),
    index: expect.stringMatching(/^k1\.[\w-]{43}$/),
    passwordParams: '$argon2id$v=19$m=1024,t=1,p=1,keyid=azE$',
  });
});

test('the wrapped key of the script opens, and what is in it opens the envelope of the script', async () => {
  const key = await createDataKeys({ encryption: wrapUnder(versions(9)) }).open(USER, golden.wrapped);
  expect(key.active).toEqual({ generation: 1, secret: Buffer.alloc(32, 1) });
  expect(openText(key, { model: 'User', field: 'email', rowId: USER }, golden.envelope)).toBe(
    'ada@example.com',
  );
});

test('the search index is the one of the script, however the address is spelt', () => {
  const index = createSearchIndex(versions(5));
  for (const spelling of ['ada@example.com', ' Ada@Example.COM ']) {
    expect(index.current('User', 'email', 'email', spelling)).toBe(golden.index);
  }
});

test('a password hash begins as the script says, and names its pepper', async () => {
  const hash = await hashPeppered(
    'a password',
    { memoryKib: 1024, timeCost: 1, parallelism: 1 },
    versions(3),
  );
  expect(hash.startsWith(golden.passwordParams)).toBe(true);
  expect(findPepperOf(hash)).toBe('k1');
});
