import { spawn } from 'node:child_process';

/** A user of the system, by number. */
export interface UserIds {
  uid: number;
  gid: number;
}

/** The children get no secrets of this process's environment: its user could read them there. */
const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

// PostgreSQL runs under a shell that asks it to shut down (SIGINT: fast) as soon as this process closes the
// pipe or is gone, however it went. It sits in a session of its own, since Ctrl+C at a terminal reaches the
// whole group and would take the database away before the requests under way are answered.
const WATCHED = `
exec 3<&0
"$@" 3<&- & server=$!
(read -r _ <&3; kill -INT "$server") & watcher=$!
exec 3<&-
wait "$server"; code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`;

/** Runs a program to its end, as `user` (null: as this process's) and returns its exit code and what it wrote. */
export async function runToEnd(
  program: string,
  args: string[],
  user: UserIds | null,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      ...user,
      cwd: '/',
      env: ENVIRONMENT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

export interface WatchedProcess {
  /** Settles with the exit code once the program and its shell have ended. */
  ended: Promise<number | null>;
  hasEnded: () => boolean;
  /** Asks for a fast shutdown. */
  interrupt: () => void;
}

/** Starts a server that is interrupted when this process ends. Its output goes to the open file `logFile`. */
export function startWatched(
  program: string,
  args: string[],
  user: UserIds | null,
  logFile: number,
): WatchedProcess {
  const child = spawn('/bin/sh', ['-c', WATCHED, 'sh', program, ...args], {
    ...user,
    cwd: '/',
    env: ENVIRONMENT,
    detached: true,
    stdio: ['pipe', logFile, logFile],
  });
  let over = false;
  const ended = new Promise<number | null>((resolve) => {
    const end = (code: number | null) => {
      over = true;
      resolve(code);
    };
    child.once('error', () => end(null));
    child.once('exit', end);
  });
  child.stdin?.on('error', () => undefined);
  return { ended, hasEnded: () => over, interrupt: () => child.stdin?.destroy() };
}
