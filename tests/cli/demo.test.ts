import { liveOneAccount } from '../../src/cli/demo/account-life.js';
import { createDemoClient } from '../../src/cli/demo/client.js';
import { createMailbox } from '../../src/cli/demo/mailbox.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server.stop());

test('the demo lives the life of one account to its end, and shows no whole token', async () => {
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  const client = createDemoClient(server.url, print);
  await liveOneAccount({ client, mailbox: createMailbox(server.dataDir), print });
  const shown = lines.join('\n');
  expect(shown).toContain('"authenticationMethods"');
  expect(shown).toMatch(/"accessToken": "eyJ[\w.-]+…"/);
  expect(shown).not.toMatch(/(eyJ|cst_)[\w.-]{20,}/);
});

test('an answer that is not the expected one ends the demo', async () => {
  const client = createDemoClient(server.url, () => undefined);
  const call = { device: 'tests', method: 'GET', path: '/api/v1/users/me' };
  await expect(client.rest('Read without a token', call, 200)).rejects.toThrow('answered 401 instead of 200');
});
