/** CBOR (RFC 8949) of what an authenticator says: whole numbers, texts, bytes, lists and maps, in definite lengths. */
export function encodeCbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(encodeCbor)]);
  if (value instanceof Map) {
    const entries = [...(value as Map<unknown, unknown>)].flatMap((pair) => pair.map(encodeCbor));
    return Buffer.concat([head(5, value.size), ...entries]);
  }
  throw new TypeError('No CBOR for this value.');
}

function head(major: number, argument: number): Buffer {
  const type = major << 5;
  if (argument < 24) return Buffer.from([type | argument]);
  if (argument < 0x100) return Buffer.from([type | 24, argument]);
  if (argument < 0x10000) return Buffer.from([type | 25, argument >> 8, argument & 0xff]);
  throw new RangeError('Longer than an authenticator speaks.');
}
