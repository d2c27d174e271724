import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  createOpaqueToken,
  hashOpaqueToken,
  isOpaqueToken,
} from '../../../src/security/tokens/opaque-token.js';

describe('opaque tokens', () => {
  test('carry their kind, 256 bits and a checksum', () => {
    expect(createOpaqueToken('refresh')).toMatch(/^cst_rt_[0-9A-Za-z]{49}$/);
    expect(createOpaqueToken('oneTime')).toMatch(/^cst_ot_[0-9A-Za-z]{49}$/);
    const many = new Set(Array.from({ length: 500 }, () => createOpaqueToken('refresh')));
    expect(many.size).toBe(500);
    for (const token of many) expect(isOpaqueToken('refresh', token)).toBe(true);
  });

  test('are not taken for another kind', () => {
    expect(isOpaqueToken('oneTime', createOpaqueToken('refresh'))).toBe(false);
    const renamed = createOpaqueToken('oneTime').replace('cst_ot_', 'cst_rt_');
    expect(isOpaqueToken('refresh', renamed)).toBe(false);
  });

  test('a single wrong character is noticed without a query', () => {
    const token = createOpaqueToken('refresh');
    for (let at = 7; at < token.length; at += 1) {
      const wrong = token[at] === 'x' ? 'y' : 'x';
      expect(isOpaqueToken('refresh', token.slice(0, at) + wrong + token.slice(at + 1))).toBe(false);
    }
    expect(isOpaqueToken('refresh', token.slice(0, -1))).toBe(false);
    expect(isOpaqueToken('refresh', `${token}0`)).toBe(false);
    expect(isOpaqueToken('refresh', `${token}\n`)).toBe(false);
  });

  test('any other text is refused, of any length', () => {
    fc.assert(fc.property(fc.string(), (text) => !isOpaqueToken('refresh', `cst_rt_${text}`)));
    expect(isOpaqueToken('refresh', `cst_rt_${'A'.repeat(1_000_000)}`)).toBe(false);
  });

  test('are stored as their SHA-256', () => {
    const token = createOpaqueToken('refresh');
    expect(hashOpaqueToken(token)).toBe(createHash('sha256').update(token, 'utf8').digest('base64url'));
  });
});
