import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, DAY } from '../../src/clock.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';

let server: FullServer;

beforeAll(async () => {
  server = await startFullServer({ RETENTION_INACTIVE: '100d', RETENTION_INACTIVE_NOTICE: '60d' });
  await mkdir(join(server.dataDir, 'exports'), { recursive: true });
});
afterAll(() => server?.stop());

test('what lies among the exports and is none stays and disturbs nobody; what a dead attempt left goes', async () => {
  const folder = join(server.dataDir, 'exports', randomUUID());
  await mkdir(folder, { recursive: true });
  const old = after(new Date(), -2 * DAY);
  const left = `${randomUUID()}.${randomUUID()}`;
  for (const name of ['.nfs0000000000001', 'notes.txt', left]) {
    await writeFile(join(folder, name), '');
    await utimes(join(folder, name), old, old);
  }
  expect(await server.app.retention.run()).toMatchObject({ abandonedExportFiles: 1 });
  expect((await readdir(folder)).sort()).toEqual(['.nfs0000000000001', 'notes.txt']);
});

test('a folder of exports that cannot be read fails its step, and neither the others nor the evidence', async () => {
  const folder = join(server.dataDir, 'exports');
  await rename(folder, `${folder}.away`);
  await symlink(folder, folder); // a loop: nobody reads it
  try {
    await expect(server.app.retention.run()).rejects.toThrow('A step of the retention run failed.');
  } finally {
    await rm(folder);
    await rename(`${folder}.away`, folder);
  }
  const [event] = await server.app.db.auditEvent.findMany({
    where: { action: 'retention.run' },
    orderBy: { at: 'desc' },
    take: 1,
  });
  expect(event?.data).toMatchObject({ inactiveAccounts: 0, failed: ['abandonedExportFiles'] });
});
