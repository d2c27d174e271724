import { randomBytes } from 'node:crypto';
import { KEY_BYTES } from './aead.js';
import { dataKeyContext } from './data-keys.js';
import type { KeyEncryption } from './key-encryption.js';
import { SealedValueError } from './privacy-errors.js';

const ENTRY_BYTES = 1 + KEY_BYTES;
const MOST_GENERATIONS = 255;

/** Changes of one user's wrapped data key while its generation is being replaced. Each takes the text as stored. */
export interface KeyGenerations {
  /** The numbers of the generations it holds, the active one first. */
  list(userId: string, wrapped: string): Promise<number[]>;
  /** The same with a new random generation behind the active one: it opens, and does not seal yet. */
  publish(userId: string, wrapped: string): Promise<string>;
  /** The same with the newest generation in front: it seals. */
  activate(userId: string, wrapped: string): Promise<string>;
  /** The same with nothing but the active generation. */
  dropOld(userId: string, wrapped: string): Promise<string>;
}

/** The steps by which a data key is replaced, under the key ring's key-encryption key. */
export function createKeyGenerations(encryption: KeyEncryption): KeyGenerations {
  async function open(userId: string, wrapped: string): Promise<Buffer[]> {
    const bytes = await encryption.unwrap(wrapped, dataKeyContext(userId));
    if (bytes.length === 0 || bytes.length % ENTRY_BYTES !== 0)
      throw new SealedValueError('DataKey', 'wrappedKey', 'it is not a list of keys');
    return Array.from({ length: bytes.length / ENTRY_BYTES }, (_, index) =>
      bytes.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES),
    );
  }

  const wrap = (userId: string, entries: Buffer[]) =>
    encryption.wrap(Buffer.concat(entries), dataKeyContext(userId));

  return {
    list: async (userId, wrapped) => (await open(userId, wrapped)).map(numberOf),

    async publish(userId, wrapped) {
      const [active, ...rest] = await open(userId, wrapped);
      if (!active || rest.length > 0) return wrapped;
      const next = Buffer.concat([Buffer.of(following(numberOf(active))), randomBytes(KEY_BYTES)]);
      return wrap(userId, [active, next]);
    },

    async activate(userId, wrapped) {
      const [active, next, ...rest] = await open(userId, wrapped);
      if (!active || !next || rest.length > 0 || numberOf(next) !== following(numberOf(active)))
        return wrapped;
      return wrap(userId, [next, active]);
    },

    async dropOld(userId, wrapped) {
      const [active, ...rest] = await open(userId, wrapped);
      return active && rest.length > 0 ? wrap(userId, [active]) : wrapped;
    },
  };
}

function numberOf(entry: Buffer): number {
  return entry.readUInt8(0);
}

function following(generation: number): number {
  return generation === MOST_GENERATIONS ? 1 : generation + 1;
}
