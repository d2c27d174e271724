import { startWithKeyRingFile, type KeyedServer } from './key-setup.js';

// Key operations that replace nothing by themselves leave events too.

const NOW = { rate: null, grace: 0 };

let it: KeyedServer;
beforeAll(async () => {
  it = await startWithKeyRingFile();
});
afterAll(async () => {
  await it.stop();
});

const keys = () => it.server.app.keyUpkeep;

interface Recorded {
  action: string;
  subject: string | null;
  data: object;
}
const recorded = (like: string) =>
  it.sql<Recorded>(
    'SELECT action, subject_id::text AS subject, data FROM audit_events WHERE action LIKE $1 ORDER BY at, id',
    [like],
  );

test('the first key that signs tokens is an event, and so is its successor', async () => {
  const [first] = await it.sql<{ id: string }>(`SELECT id FROM signing_keys WHERE algorithm = 'ES256'`);
  const { keyId } = await keys().rotate('signing', NOW);
  expect(await recorded('key.published')).toEqual(
    [first!.id, keyId].map((id) => ({
      action: 'key.published',
      subject: null,
      data: { purpose: 'signing', keyId: id },
    })),
  );
});
