import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

declare global {
  var testPostgres: ChildProcess | undefined;
  var usualTemporaryFolder: string | undefined;
}

/** Starts the PostgreSQL of this run of the tests and tells the test files where it is. */
export default async function startPostgres({ rootDir }: { rootDir: string }): Promise<void> {
  const setup = join(rootDir, 'tests/setup');
  const child = spawn(
    process.execPath,
    [join(setup, 'run-typescript.mjs'), join(setup, 'postgres-server.ts')],
    {
      cwd: rootDir,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
      detached: true,
    },
  );
  globalThis.testPostgres = child;
  process.env.TEST_POSTGRES = await firstLine(child);
  const { temporaryFolder } = JSON.parse(process.env.TEST_POSTGRES) as { temporaryFolder: string | null };
  globalThis.usualTemporaryFolder = process.env.TMPDIR;
  if (temporaryFolder !== null) process.env.TMPDIR = temporaryFolder;
  child.stdout?.destroy();
}

async function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.trim());
    });
    child.once('exit', (code) =>
      reject(new Error(`The PostgreSQL of the tests did not start (exit code ${code}).`)),
    );
  });
}
