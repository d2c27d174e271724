import { generateKeyRing, type KeyRing, loadKeyRing } from '../../src/privacy/key-ring.js';

let ring: KeyRing | undefined;

/** The key ring of this test process, generated at its first use. */
export function testKeyRing(): KeyRing {
  ring ??= loadKeyRing(generateKeyRing());
  return ring;
}
