import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startLibrary, type LibraryServer } from '../graphql/library-server.js';

const CLIENTS = 300;
const HEAD =
  'POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n';

let server: LibraryServer;
beforeAll(async () => {
  // As in production, with its seconds as tenths.
  server = await startLibrary('production', { patience: { headers: 1_000, body: 2_000 } });
});
afterAll(() => server.stop());

/** What slow clients send at first, and then a character at a time for as long as the server listens. */
const SLOW: Readonly<Record<string, string>> = {
  'never anything': '',
  'headers that do not end': 'GET /healthz HTTP/1.1\r\nhost: a\r\nx-a: ',
  'a body that does not end': `${HEAD}\r\n{`,
};

async function open(
  first: string,
): Promise<{ socket: Socket; answer: () => string; closed: Promise<unknown> }> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const drip = setInterval(() => first !== '' && socket.writable && socket.write('a'), 100);
  const closed = once(socket, 'close').then(() => clearInterval(drip));
  socket.write(first);
  return { socket, answer: () => answer, closed };
}

test.each(Object.entries(SLOW))(
  '%i clients that send %s are cut off, and others are served meanwhile'.replace('%i', String(CLIENTS)),
  async (_what, first) => {
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => open(first)));
    const served = await server.graphql('{ genres }');
    expect(served.status).toBe(200);
    expect(clients.filter(({ socket }) => socket.closed)).toEqual([]);
    await Promise.all(clients.map(({ closed }) => closed));
    if (first !== '') {
      for (const { answer } of clients)
        expect(answer()).toMatch(/^(HTTP\/1\.1 408 .*"code":"REQUEST_TIMEOUT"|$)/s);
      expect(clients.some(({ answer }) => answer().includes('408'))).toBe(true);
    }
    expect((await server.graphql('{ genres }')).status).toBe(200);
  },
);
