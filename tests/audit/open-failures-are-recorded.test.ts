import pg from 'pg';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { eventually } from '../setup/eventually.js';
import { testServer } from '../setup/test-database.js';

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer();
});
afterAll(() => server?.stop());

test('a value that does not open raises the metric and one event outside the failing transaction, and shows no ciphertext', async () => {
  const { db } = server.app;
  const { id } = await db.user.create({
    data: { email: 'ada@example.com', profile: { create: { fullName: 'Ada' } } },
  });
  const url = new URL(testServer().url);
  url.pathname = new URL(server.databaseUrl).pathname;
  const attacker = new pg.Client({ connectionString: url.href });
  await attacker.connect();
  await attacker.query('UPDATE users SET password_hash = email WHERE id = $1', [id]);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const read = db.$transaction((tx) => tx.user.findUnique({ where: { id } }));
    await expect(read).rejects.toThrow(/User\.passwordHash does not open/);
    await expect(read).rejects.not.toThrow(/c1\./);
  }
  await eventually(async () => {
    const { rows } = await attacker.query<{ data: object }>(
      "SELECT data FROM audit_events WHERE action = 'pii.open_failed' AND subject_id = $1",
      [id],
    );
    expect(rows).toEqual([{ data: { model: 'User', field: 'passwordHash', rowId: id } }]);
  });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^custodia_open_failures_total\{model="User"\} 3$/m);
  await attacker.end();
});
