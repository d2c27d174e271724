import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import {
  readCheckpoint,
  signCheckpoint,
  splitNotes,
} from '../../src/services/audit/checkpoints/checkpoint.js';
import {
  formatVerifierKey,
  openNote,
  parseVerifierKey,
  signNote,
  type NoteSigner,
} from '../../src/services/audit/checkpoints/signed-note.js';

// The key and the note of the reference implementation's own tests (golang.org/x/mod/sumdb/note, BSD-3-Clause).
const VERIFIER_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const SEED = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
const TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const NOTE = `${TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;

const peter = requireVerifier(VERIFIER_KEY);

function requireVerifier(text: string) {
  const verifier = parseVerifierKey(text);
  if (!verifier) throw new Error('This is no verifier key.');
  return verifier;
}

function newSigner(name: string): NoteSigner {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    name,
    privateKey,
    publicKey: Buffer.from(privateKey.export({ format: 'jwk' }).x ?? '', 'base64url'),
  };
}

describe('the reference note', () => {
  test('opens, and signing its text makes it again byte for byte', () => {
    expect(openNote(NOTE, [peter])).toBe(TEXT);
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), SEED]);
    const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    expect(signNote(TEXT, { ...peter, privateKey })).toBe(NOTE);
    expect(formatVerifierKey(peter)).toBe(VERIFIER_KEY);
  });

  test('does not open with any character changed', () => {
    for (let at = 0; at < NOTE.length; at += 1) {
      const changed = `${NOTE.slice(0, at)}${NOTE[at] === 'x' ? 'y' : 'x'}${NOTE.slice(at + 1)}`;
      expect(openNote(changed, [peter])).toBeNull();
    }
  });
});

test('a verifier key is refused when any part of it is cut or changed', () => {
  for (let start = 0; start <= VERIFIER_KEY.length; start += 1) {
    for (let end = start + 1; end <= VERIFIER_KEY.length; end += 1) {
      if (start === 0 && end === VERIFIER_KEY.length) continue;
      expect(parseVerifierKey(VERIFIER_KEY.slice(start, end))).toBeNull();
    }
    const next = String.fromCharCode(VERIFIER_KEY.charCodeAt(start) + 1);
    expect(
      parseVerifierKey(`${VERIFIER_KEY.slice(0, start)}${next}${VERIFIER_KEY.slice(start + 1)}`),
    ).toBeNull();
  }
  const wrongLength = 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==';
  const unknownType = 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  for (const bad of [wrongLength, unknownType]) expect(parseVerifierKey(bad)).toBeNull();
});

test('a signature of somebody unknown is passed over, a wrong one of a known key is not', () => {
  const [one, other] = [newSigner('one.example.com/log'), newSigner('other.example.com/log')];
  const note = signNote('text\n', one);
  const line = signNote('text\n', other).split('\n\n')[1] ?? '';
  expect(openNote(note + line, [one])).toBe('text\n');
  expect(openNote(note + line, [newSigner('one.example.com/log')])).toBeNull();
  const wrong = signNote('another text\n', other).split('\n\n')[1] ?? '';
  expect(openNote(note + wrong, [one, other])).toBeNull();
});

test('a checkpoint is read again, and only under the name of its signer', () => {
  const signer = newSigner('id.example.com/audit-log');
  const checkpoint = { size: 12_345_678_901, root: Buffer.alloc(32, 7) };
  const note = signCheckpoint(checkpoint, signer);
  expect(note.split('\n').slice(0, 4)).toEqual([
    'id.example.com/audit-log',
    '12345678901',
    checkpoint.root.toString('base64'),
    '',
  ]);
  expect(readCheckpoint(note, [signer])).toEqual({ ...checkpoint, signed: true });
  expect(readCheckpoint(note, [peter])).toEqual({ ...checkpoint, signed: false });
  const foreign = signNote(note.slice(0, note.indexOf('\n\n') + 1), newSigner('somebody.example.com'));
  expect(readCheckpoint(foreign, [signer])).toMatchObject({ signed: false });
  expect(splitNotes(`${note}\n${note}\ngarbage\n${note}`)).toEqual([note, note, note]);
  for (const text of ['', 'a note\n', NOTE]) expect(readCheckpoint(text, [signer, peter])).toBeNull();
});
