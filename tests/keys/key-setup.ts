import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { generateKeyRing } from '../../src/privacy/key-ring.js';
import { PASSWORD, startFullServer } from '../setup/full-server.js';

/** Seconds: more than a process needs to notice a changed key ring. */
export const GRACE = '1.2';

/** A server whose key ring is a file, the operators' command beside it, and a plain connection. */
export async function startWithKeyRingFile(settings: NodeJS.ProcessEnv = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'custodia-keys-'));
  const keyRingFile = join(folder, 'key-ring.json');
  await writeFile(keyRingFile, generateKeyRing(), { mode: 0o600 });
  const logged: string[] = [];
  const log = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged.push(chunk.toString());
      done();
    },
  });
  const server = await startFullServer({ KEY_RING_FILE: keyRingFile, LOG_LEVEL: 'error', ...settings }, log);
  const raw = new pg.Client({ connectionString: server.databaseUrl });
  raw.on('error', () => undefined);
  await raw.connect();

  /** Starts `custodia …` as a process of its own. */
  function custodia(...args: string[]) {
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, ['dist/cli/custodia.js', ...args], {
      env: {
        PATH,
        HOME,
        NODE_ENV: 'test',
        LOG_LEVEL: 'warn',
        DATA_DIR: server.dataDir,
        DATABASE_URL: server.databaseUrl,
        KEY_RING_FILE: keyRingFile,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      output,
    }));
    return { child, ended };
  }

  return {
    server,
    keyRingFile,
    custodia,
    /** What the server logged as an error. */
    log: () => logged.join(''),
    /** Runs the command to its end. */
    run: (...args: string[]) => custodia(...args).ended,
    sql: async <T>(text: string, values?: unknown[]) => (await raw.query(text, values)).rows as T[],
    /**
     * Kills the command (SIGKILL) at each of these moments, or after so many ms, then lets it run to its end.
     * @throws Error when it had ended before
     */
    async killAndResume(kills: readonly (number | (() => Promise<void>))[], ...args: string[]) {
      for (const moment of kills) {
        const { child, ended } = custodia(...args);
        await Promise.race([typeof moment === 'number' ? sleep(moment) : moment(), ended]);
        child.kill('SIGKILL');
        const { code, signal, output } = await ended;
        if (signal !== 'SIGKILL') throw new Error(`It ended with ${code} before it was killed: ${output}`);
      }
      return custodia(...args).ended;
    },
    async stop(): Promise<void> {
      await raw.end();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type KeyedServer = Awaited<ReturnType<typeof startWithKeyRingFile>>;

export interface Person {
  email: string;
  token: string;
  refreshToken: string;
}

/** Registers people with a profile and signs them in. */
export async function createPeople({ server }: KeyedServer, count: number): Promise<Person[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const email = `person${index}@example.com`;
      const registered = await server.rest('POST', '/api/v1/auth/register', { email, password: PASSWORD });
      if (registered.status !== 201) throw new Error(`Registering answered ${registered.status}`);
      return signIn(server, email);
    }),
  );
}

async function signIn(server: KeyedServer['server'], email: string): Promise<Person> {
  const { status, body } = await server.rest('POST', '/api/v1/auth/login', { email, password: PASSWORD });
  if (status !== 200) throw new Error(`Signing in answered ${status}: ${JSON.stringify(body)}`);
  return { email, token: String(body?.access_token), refreshToken: String(body?.refresh_token) };
}

/** Login, refresh, viewer and updateProfile of every person in turn until `stop`, which returns what failed. */
export function startLoad({ server }: KeyedServer, people: Person[]) {
  let running = true;
  let requests = 0;
  const failures: string[] = [];
  const names = new Map<string, string>();

  async function live(person: Person): Promise<void> {
    for (let round = 0; running; round += 1) {
      const fullName = `${person.email} ${round}`;
      const update = 'mutation($n: String!) { updateProfile(input: { fullName: $n }) { user { id } } }';
      await expectData(await server.graphql(update, { n: fullName }, person.token));
      names.set(person.email, fullName);
      const viewer = await server.graphql('{ viewer { email profile { fullName } } }', {}, person.token);
      await expectData(viewer);
      const expected = JSON.stringify({ email: person.email, profile: { fullName } });
      if (JSON.stringify(viewer.data?.viewer) !== expected) failures.push(JSON.stringify(viewer));
      const refreshed = await server.rest('POST', '/api/v1/auth/refresh', {
        refresh_token: person.refreshToken,
      });
      if (refreshed.status !== 200)
        failures.push(`refresh ${refreshed.status} ${JSON.stringify(refreshed.body)}`);
      else person.refreshToken = String(refreshed.body?.refresh_token);
      const again = await signIn(server, person.email);
      person.token = again.token;
      requests += 4;
    }
  }

  async function expectData(answer: { errors?: unknown }): Promise<void> {
    if (answer.errors) failures.push(JSON.stringify(answer.errors));
  }

  const lives = people.map((person) =>
    live(person).catch((error: unknown) => void failures.push(String(error))),
  );
  return {
    names,
    async stop(): Promise<{ requests: number; failures: string[] }> {
      running = false;
      await Promise.all(lives);
      return { requests, failures: failures.slice(0, 5) };
    },
  };
}
