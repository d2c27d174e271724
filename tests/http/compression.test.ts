import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { startLibrary, type LibraryServer } from '../graphql/library-server.js';

let server: LibraryServer;
beforeAll(async () => {
  server = await startLibrary('production');
});
afterAll(() => server.stop());

/** Sends an operation and leaves the answer's bytes as they are. */
async function post(query: string, acceptEncoding?: string) {
  return new Promise<{ encoding: string | undefined; vary: string | undefined; bytes: Buffer }>(
    (resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        ...(acceptEncoding === undefined ? {} : { 'accept-encoding': acceptEncoding }),
      };
      const outgoing = request(`${server.url}/graphql`, { method: 'POST', headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            encoding: response.headers['content-encoding'],
            vary: response.headers.vary,
            bytes: Buffer.concat(chunks),
          }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(JSON.stringify({ query }));
    },
  );
}

const LONG = `{ echo(text: "${'a long text, '.repeat(200)}") }`;

test.each([
  ['br', 'br'],
  ['gzip', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1, br;q=0.1', 'gzip'],
  ['*', 'br'],
])('a long answer for a client that accepts %s', async (accepted, encoding) => {
  for (let time = 0; time < 4; time += 1) {
    const answer = await post(LONG, accepted);
    expect([answer.encoding, answer.vary]).toEqual([encoding, expect.stringContaining('Accept-Encoding')]);
    const text = encoding === 'br' ? brotliDecompressSync(answer.bytes) : gunzipSync(answer.bytes);
    expect(JSON.parse(text.toString())).toEqual({ data: { echo: 'a long text, '.repeat(200) } });
    expect(answer.bytes.length).toBeLessThan(text.length / 4);
  }
});

test.each([undefined, 'identity', 'deflate', 'br;q=0, gzip;q=0', 'nonsense'])(
  'a long answer goes as it is to a client that accepts %s',
  async (accepted) => {
    const answer = await post(LONG, accepted);
    expect([answer.encoding, JSON.parse(answer.bytes.toString())]).toHaveProperty('[1].data.echo');
    expect(answer.encoding).toBeUndefined();
  },
);

test('a short answer always does', async () => {
  expect((await post('{ genres }', 'br, gzip')).encoding).toBeUndefined();
});
