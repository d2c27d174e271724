import {
  readRecords,
  HeadingError,
  type FileRecord,
  type RecordFormat,
} from '../../src/services/admin/transfer/records.js';

/** Reads a file that comes in pieces of `size` bytes. */
async function read(text: string | Buffer, format: RecordFormat, size = 7): Promise<FileRecord[]> {
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const records: FileRecord[] = [];
  for await (const record of readRecords(pieces(), format)) records.push(record);
  return records;
}

describe('JSON Lines', () => {
  test('each line is a record, whatever ends it and wherever it is cut', async () => {
    expect(await read('{"email":"ä@example.com"}\r\n\n{"email":"b@example.com"}', 'jsonl', 1)).toEqual([
      { line: 1, value: { email: 'ä@example.com' } },
      { line: 3, value: { email: 'b@example.com' } },
    ]);
  });

  test('broken and endless lines are records that name their line, and the next one is read', async () => {
    const text = `{"email":\n${'x'.repeat(100_000)}\n{"email":"c@example.com"}\n`;
    expect(await read(text, 'jsonl', 4_096)).toEqual([
      { line: 1, problem: 'is not JSON' },
      { line: 2, problem: 'is longer than 65536 bytes' },
      { line: 3, value: { email: 'c@example.com' } },
    ]);
  });

  test('bytes that are not UTF-8 make a broken line: a name never becomes another one', async () => {
    const text = '{"email":"a@example.com"}\n{"email":"jürgen@example.com"}\n{"email":"b@example.com"}';
    expect(await read(Buffer.from(text, 'latin1'), 'jsonl')).toEqual([
      { line: 1, value: { email: 'a@example.com' } },
      { line: 2, problem: 'is not UTF-8' },
      { line: 3, value: { email: 'b@example.com' } },
    ]);
  });
});

describe('CSV', () => {
  test('the heading names the columns; quotes, line breaks in them and a byte order mark are understood', async () => {
    const text =
      '\uFEFFEmail,full_name,is_verified,preferences\r\na@example.com,"Person, ""A""\nof Example",t,"{""theme"":""dark""}"\r\nb@example.com,,0,\r\n';
    expect(await read(text, 'csv')).toEqual([
      {
        line: 3,
        value: {
          email: 'a@example.com',
          isVerified: true,
          profile: { fullName: 'Person, "A"\nof Example', preferences: { theme: 'dark' } },
        },
      },
      { line: 4, value: { email: 'b@example.com', isVerified: false, profile: {} } },
    ]);
  });

  test('a broken line is a record of its own, and the others are read', async () => {
    const text = 'email,full_name\na@example.com\nb@example.com,has "a quote\nc@example.com,C\n';
    const [first, second, third] = await read(text, 'csv');
    expect(first).toEqual({ line: 2, problem: 'has 1 cells instead of 2' });
    expect(second).toMatchObject({ problem: 'is not CSV (RFC 4180)' });
    expect(third).toMatchObject({ value: { email: 'c@example.com' } });
  });

  test.each([
    ['a quote that is never closed', 'b@example.com,"open', 'is not CSV (RFC 4180)'],
    ['a quote before the end of its cell', 'b@example.com,"closed" here', 'is not CSV (RFC 4180)'],
    ['two open quotes', 'b@example.com,"open\nc@example.com,"open', 'is not CSV (RFC 4180)'],
    ['a line that is too long', `b@example.com,${'x'.repeat(70_000)}`, 'is longer than 65536 bytes'],
    ['a line in Latin-1', 'b@example.com,Jürgen', 'is not UTF-8'],
  ])('%s costs no other line', async (_, broken, problem) => {
    const people = Array.from({ length: 3_000 }, (_, index) => `p${index}@example.com,"Person, ${index}"`);
    const lines = ['email,full_name', ...people.slice(0, 10), broken, ...people.slice(10)];
    const records = await read(Buffer.from(lines.join('\r\n'), 'latin1'), 'csv', 65_536);
    const refused = broken.split('\n').map((_, index) => ({ line: 12 + index, problem }));
    expect(records.filter((record) => 'problem' in record)).toEqual(refused);
    expect(records.map(({ line }) => line)).toEqual(
      Array.from({ length: 3_000 + refused.length }, (_, index) => index + 2),
    );
  });

  test.each([
    ['an unknown column', 'email,shoe_size\n'],
    ['no address', 'full_name\nA\n'],
    ['a column twice', 'email,email\n'],
  ])('a heading with %s is refused before anything is read', async (_, text) => {
    await expect(read(text, 'csv')).rejects.toBeInstanceOf(HeadingError);
  });
});
