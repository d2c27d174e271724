import { createOpaqueToken } from '../../../src/security/tokens/opaque-token.js';
import { openSuccessor, sealSuccessor } from '../../../src/security/tokens/successor-envelope.js';

describe('the envelope of a successor', () => {
  const predecessor = createOpaqueToken('refresh');
  const successor = createOpaqueToken('refresh');
  const session = '6f6d7b0e-3a53-4a6b-9d15-0d5c8d1c2b01';
  const envelope = sealSuccessor(predecessor, successor, session);

  test('opens with the predecessor and only with it', () => {
    expect(openSuccessor(predecessor, envelope, session)).toBe(successor);
    expect(() => openSuccessor(createOpaqueToken('refresh'), envelope, session)).toThrow();
    expect(envelope).not.toContain(successor.slice(7));
  });

  test('does not open in another session', () => {
    const other = '6f6d7b0e-3a53-4a6b-9d15-0d5c8d1c2b02';
    expect(() => openSuccessor(predecessor, envelope, other)).toThrow();
  });

  test('does not open when any bit was flipped, or when it was cut', () => {
    const bytes = Buffer.from(envelope, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => openSuccessor(predecessor, flipped.toString('base64url'), session)).toThrow();
    }
    for (const length of [0, 1, 20, 28, bytes.length - 1]) {
      const cut = bytes.subarray(0, length).toString('base64url');
      expect(() => openSuccessor(predecessor, cut, session)).toThrow();
    }
  });
});
