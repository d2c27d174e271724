import pg from 'pg';
import { eventually } from '../setup/eventually.js';
import { createPeople, startWithKeyRingFile, type KeyedServer } from './key-setup.js';

// Key operations that replace nothing by themselves leave events too.

const NOW = { rate: null, grace: 0 };

let it: KeyedServer;
let owner: pg.Client;
beforeAll(async () => {
  it = await startWithKeyRingFile();
  owner = new pg.Client({ connectionString: it.server.ownerUrl });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await it.stop();
});

const keys = () => it.server.app.keyUpkeep;

interface Recorded {
  action: string;
  subject: string | null;
  data: { purpose?: string };
}
const recorded = (like: string) =>
  it.sql<Recorded>(
    'SELECT action, subject_id::text AS subject, data FROM audit_events WHERE action LIKE $1 ORDER BY at, id',
    [like],
  );

const published = async (purpose: string) =>
  (await recorded('key.published')).filter(({ data }) => data.purpose === purpose);

test('the first key that signs tokens is an event, and so is its successor', async () => {
  const [first] = await it.sql<{ id: string }>(`SELECT id FROM signing_keys WHERE algorithm = 'ES256'`);
  const { keyId } = await keys().rotate('signing', NOW);
  expect(await published('signing')).toEqual(
    [first!.id, keyId].map((id) => ({
      action: 'key.published',
      subject: null,
      data: { purpose: 'signing', keyId: id },
    })),
  );
});

test('the first key that signs checkpoints is an event', async () => {
  await eventually(async () => expect(await published('checkpoint')).toHaveLength(1));
  const [key] = await it.sql<{ id: string }>(`SELECT id FROM signing_keys WHERE algorithm = 'Ed25519'`);
  expect(await published('checkpoint')).toEqual([
    {
      action: 'key.published',
      subject: null,
      data: { purpose: 'checkpoint', keyId: key!.id.replace('audit-', '') },
    },
  ]);
});

test('who is asked for another password is recorded, once, and so are the start and the end of the asking', async () => {
  const people = await createPeople(it, 3);
  const { keyId } = await keys().rotate('pepper', NOW);
  expect(await keys().askReset(NOW)).toBe(people.length);
  expect(await keys().askReset(NOW)).toBe(people.length);
  const asked = await recorded('password.renewal_requested');
  const ids = await it.sql<{ id: string }>('SELECT id::text FROM users');
  expect(new Set(asked.map(({ subject }) => subject))).toEqual(new Set(ids.map(({ id }) => id)));
  expect(asked).toHaveLength(people.length);
  expect(await recorded('key.renewal_%')).toMatchObject([
    { action: 'key.renewal_started', data: { purpose: 'pepper', keyId } },
    { action: 'key.renewal_completed', data: { purpose: 'pepper', keyId, asked: people.length } },
  ]);
});

test('no event, no mail: who cannot be recorded is not asked', async () => {
  await owner.query(
    `ALTER TABLE audit_events ADD CONSTRAINT none CHECK (action <> 'password.renewal_requested') NOT VALID`,
  );
  await owner.query(`DELETE FROM key_rotations WHERE purpose = 'pepper-ask'`);
  // The server hands mails over as they come: each is a row first.
  await owner.query('CREATE TABLE written (id uuid)');
  await owner.query('GRANT INSERT ON written TO PUBLIC');
  await owner.query(`CREATE FUNCTION note_mail() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO written VALUES (NEW.id); RETURN NEW; END $$`);
  await owner.query(
    'CREATE TRIGGER note_mail AFTER INSERT ON outgoing_mails FOR EACH ROW EXECUTE FUNCTION note_mail()',
  );
  await expect(keys().askReset(NOW)).rejects.toThrow();
  expect((await owner.query('SELECT 1 FROM written')).rows).toEqual([]);
  const [run] = await it.sql<object>(
    `SELECT done, completed_at FROM key_rotations WHERE purpose = 'pepper-ask'`,
  );
  expect(run).toEqual({ done: 0, completed_at: null });
});
