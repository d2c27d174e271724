import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createDemoClient } from '../../src/cli/demo/client.js';
import { makeDataDir, removeDataDir } from '../setup/data-dir.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { findFreePort } from '../setup/server-process.js';

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server.stop());

async function runDemo(settings: Record<string, string>): Promise<string> {
  const env = { PATH: process.env.PATH, ...settings };
  return (await promisify(execFile)(process.execPath, ['dist/cli/demo.js'], { env })).stdout;
}

function expectWholeLife(output: string): void {
  expect(output).toContain('"authenticationMethods"');
  expect(output).toContain('The demo ran to its end');
  expect(output).toMatch(/"accessToken": "eyJ[\w.-]+…"/);
  expect(output).not.toMatch(/(eyJ|cst_)[\w.-]{20,}/);
}

test('finds the running server, lives the life of one account to its end, and shows no whole token', async () => {
  const output = await runDemo({ PUBLIC_URL: server.url, DATA_DIR: server.dataDir });
  expect(output).toContain(`Using the server at ${server.url}`);
  expectWholeLife(output);
});

test('without a running server it starts one with a database of its own, and leaves nothing of them', async () => {
  const folder = await makeDataDir();
  const port = await findFreePort();
  const output = await runDemo({ PORT: port, TMPDIR: folder });
  expect(output).toContain(`No server answers at http://localhost:${port}: starting one`);
  expect(output).toContain(`Started PostgreSQL with its data in ${folder}`);
  expectWholeLife(output);
  expect(await readdir(folder)).toEqual([]);
  await removeDataDir(folder);
});

test('an answer that is not the expected one ends the demo', async () => {
  const client = createDemoClient(server.url, () => undefined);
  const call = { device: 'tests', method: 'GET', path: '/api/v1/users/me' };
  await expect(client.rest('Read without a token', call, 200)).rejects.toThrow('answered 401 instead of 200');
});
