import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createLog } from '../../../src/log.js';
import { createEndedSessions } from '../../../src/security/tokens/ended-sessions.js';
import { createNotificationListener } from '../../../src/database/notification-listener.js';
import { AUTH_CONFIG, ORIGIN, startAuthServer, type AuthServer } from '../../setup/auth-server.js';
import { eventually } from '../../setup/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';

/** A way to the database that can fall silent without closing, like a NAT that forgot a connection. */
class Way {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #silent = false;

  constructor(private readonly target: URL) {
    this.#server = createServer((socket) => this.#join(socket));
  }

  #join(near: Socket): void {
    const far = connect(Number(this.target.port), this.target.hostname);
    const pass = (from: Socket, to: Socket) =>
      from.on('data', (chunk) => void (this.#silent || to.write(chunk)));
    pass(near, far);
    pass(far, near);
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => void (this.#silent || [near, far].forEach((end) => end.destroy())));
    }
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  silence(silent: boolean): void {
    this.#silent = silent;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

let database: TestDatabase;
let server: AuthServer;
let way: Way;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startAuthServer({ url: database.url });
  way = new Way(new URL(database.url));
});
afterAll(async () => {
  await way?.close();
  await server?.stop();
  await database?.drop();
});

test('a listening connection that died without a word is noticed, replaced, and never trusted for long', async () => {
  const { db, clock } = server;
  const log = createLog('silent');
  const listener = createNotificationListener({ url: await way.open(), log });
  const remote = createEndedSessions({ listener, db, clock, config: AUTH_CONFIG });
  await remote.start();
  try {
    const { session } = await server.signIn(await server.createUser());
    const { session: other } = await server.signIn(session.userId);
    expect(remote.has(session.id)).toBe(false);

    way.silence(true);
    await server.sessions.logout({ userId: session.userId, sessionId: session.id, origin: ORIGIN });
    await eventually(() => expect(remote.isLive()).toBe(false));
    expect(await remote.has(session.id)).toBe(true);
    expect(await remote.has(other.id)).toBe(false);

    way.silence(false);
    await eventually(() => expect(remote.isLive()).toBe(true));
    expect(remote.has(session.id)).toBe(true);
    expect(remote.has(other.id)).toBe(false);
  } finally {
    await remote.stop();
  }
});
