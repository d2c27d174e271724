import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createDemoClient } from '../../src/cli/demo/client.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server.stop());

test('finds the running server, lives the life of one account to its end, and shows no whole token', async () => {
  const { PATH } = process.env;
  const env = { PATH, PUBLIC_URL: server.url, DATA_DIR: server.dataDir };
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/cli/demo.js'], { env });
  expect(stdout).toContain(`Using the server at ${server.url}`);
  expect(stdout).toContain('"authenticationMethods"');
  expect(stdout).toContain('The demo ran to its end');
  expect(stdout).toMatch(/"accessToken": "eyJ[\w.-]+…"/);
  expect(stdout).not.toMatch(/(eyJ|cst_)[\w.-]{20,}/);
});

test('an answer that is not the expected one ends the demo', async () => {
  const client = createDemoClient(server.url, () => undefined);
  const call = { device: 'tests', method: 'GET', path: '/api/v1/users/me' };
  await expect(client.rest('Read without a token', call, 200)).rejects.toThrow('answered 401 instead of 200');
});
