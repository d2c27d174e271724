import { startFullServer, type FullServer } from '../setup/full-server.js';

const TOKEN = 'a-token-for-the-metrics-0123456789';
const servers: FullServer[] = [];

async function start(env: NodeJS.ProcessEnv = {}): Promise<FullServer> {
  const server = await startFullServer(env);
  servers.push(server);
  return server;
}
afterAll(() => Promise.all(servers.map((server) => server.stop())));

const read = (server: FullServer, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/metrics`, { headers });

test('without a token, the same machine reads them, and nobody whom a proxy speaks for', async () => {
  const server = await start();
  await fetch(`${server.url}/healthz`);
  const answer = await read(server);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await answer.text();
  expect(text).toContain('# TYPE custodia_cases_overdue gauge\ncustodia_cases_overdue 0\n');
  for (const state of ['running', 'waiting']) {
    expect(text).toContain(`\ncustodia_password_queue{state="${state}"} 0\n`);
  }
  expect(text).toMatch(/\ncustodia_http_requests_total\{method="GET",status="2xx"\} [1-9]/);
  expect(text).toMatch(/\nprocess_resident_memory_bytes \d+\n/);
  for (const line of text.trim().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+)$/);
  }
  expect((await read(server, { 'x-forwarded-for': '203.0.113.5' })).status).toBe(404);
  expect((await read(server, { forwarded: 'for=203.0.113.5' })).status).toBe(404);
});

test('with a token, whoever sends it reads them, and nobody else', async () => {
  const server = await start({ METRICS_TOKEN: TOKEN });
  expect((await read(server)).status).toBe(404);
  expect((await read(server, { authorization: `Bearer ${TOKEN}x` })).status).toBe(404);
  const authorized = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '203.0.113.5' };
  expect((await read(server, authorized)).status).toBe(200);
});
