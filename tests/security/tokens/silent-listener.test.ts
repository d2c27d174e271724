import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createLog } from '../../../src/log.js';
import { createEndedSessions, type EndedSessions } from '../../../src/security/tokens/ended-sessions.js';
import { createNotificationListener } from '../../../src/database/notification-listener.js';
import { AUTH_CONFIG, ORIGIN, startAuthServer, type AuthServer } from '../../setup/auth-server.js';
import { eventually } from '../../setup/eventually.js';
import { recordStatements } from '../../setup/record-statements.js';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.js';

/** A way to the database that can fall silent without closing, like a NAT that forgot a connection, or hold answers back. */
class Way {
  /** How many have come this way. */
  connections = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #silent = false;
  /** How often connections were forgotten. */
  #times = 0;
  #held: (() => void)[] | null = null;

  constructor(private readonly target: URL) {
    this.#server = createServer((socket) => this.#join(socket));
  }

  #join(near: Socket): void {
    this.connections += 1;
    const far = connect(Number(this.target.port), this.target.hostname);
    const times = this.#times;
    const isForgotten = () => this.#silent || times !== this.#times;
    near.on('data', (chunk) => void (isForgotten() || far.write(chunk)));
    far.on('data', (chunk) => {
      if (isForgotten()) return;
      if (this.#held) this.#held.push(() => near.write(chunk));
      else near.write(chunk);
    });
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => void (isForgotten() || [near, far].forEach((end) => end.destroy())));
    }
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  /** Nothing passes any more; afterwards only what connects anew gets through. */
  silence(silent: boolean): void {
    this.#silent = silent;
    if (silent) this.#times += 1;
  }

  /** Holds answers back from now on, and resolves when there is one. */
  async holdAnswer(): Promise<void> {
    this.#held ??= [];
    await eventually(() => expect(this.#held).not.toEqual([]));
  }

  /** Lets what is held go on its way; `further` answers are held or not. */
  passAnswers({ further }: { further: boolean }): void {
    const passing = this.#held ?? [];
    this.#held = further ? null : [];
    for (const pass of passing) pass();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

let database: TestDatabase;
let server: AuthServer;
let way: Way;
/** What the listener under test takes for the time, in milliseconds. */
let now: number;
let remote: EndedSessions;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startAuthServer({ url: database.url });
});
beforeEach(async () => {
  now = 0;
  way = new Way(new URL(database.url));
  const log = createLog('silent');
  const listener = createNotificationListener({ url: await way.open(), log, now: () => now });
  remote = createEndedSessions({ listener, db: server.db, clock: server.clock, config: AUTH_CONFIG });
  await remote.start();
});
afterEach(async () => {
  await remote?.stop();
  await way?.close();
});
afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

async function signInTwice() {
  const { session } = await server.signIn(await server.createUser());
  const { session: other } = await server.signIn(session.userId);
  return { session, other };
}

test('a listening connection that died without a word is not trusted for a second, and is replaced', async () => {
  const { session, other } = await signInTwice();
  expect(remote.has(session.id)).toBe(false);

  way.silence(true);
  await server.sessions.logout({ userId: session.userId, sessionId: session.id, origin: ORIGIN });
  now += 900;
  expect(remote.isLive()).toBe(false);
  expect(await remote.has(session.id)).toBe(true);
  expect(await remote.has(other.id)).toBe(false);

  way.silence(false);
  await eventually(() => expect(remote.isLive()).toBe(true));
  expect(remote.has(session.id)).toBe(true);
  expect(remote.has(other.id)).toBe(false);
});

test('a late answer says what was announced before its question, and nothing of the time since', async () => {
  await way.holdAnswer();
  now += 500;
  way.passAnswers({ further: false });
  await way.holdAnswer(); // the next question has been asked: the answer before has been read
  now += 399;
  expect(remote.isLive()).toBe(true);
  now += 1;
  expect(remote.isLive()).toBe(false);
  way.passAnswers({ further: true });
  await eventually(() => expect(remote.isLive()).toBe(true));
});

test('a process that was too busy to ask asks the database until the next answer, and keeps its connection', async () => {
  const { session } = await signInTwice();
  for (let times = 0; times < 3; times += 1) {
    now += 5_000;
    expect(await remote.has(session.id)).toBe(false);
    await eventually(() => expect(remote.isLive()).toBe(true));
  }
  expect(way.connections).toBe(1);
});

test('whoever comes in one turn of the event loop while nothing is heard is looked up by one statement', async () => {
  const { session, other } = await signInTwice();
  await server.sessions.logout({ userId: session.userId, sessionId: session.id, origin: ORIGIN });
  await remote.stop();
  const ids = Array.from({ length: 50 }, () => [other.id, session.id]).flat();
  const statements = await recordStatements(/\bsessions\b/, async () => {
    const answers: Promise<boolean>[] = [];
    for (const id of ids) {
      answers.push(Promise.resolve(remote.has(id)));
      await new Promise<void>((resolve) => process.nextTick(resolve)); // as requests of several connections
    }
    expect(await Promise.all(answers)).toEqual(ids.map((id) => id === session.id));
  });
  expect(statements).toHaveLength(1);
});
