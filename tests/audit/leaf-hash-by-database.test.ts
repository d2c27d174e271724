import {
  EVENT_LEAF_HASH,
  EVENT_RECORD_COLUMNS,
  hashEvent,
  type EventRecord,
} from '../../src/services/audit/tree/event-record.js';
import { createAuditSetup, type AuditSetup } from './audit-setup.js';

// The sealer has PostgreSQL hash the leaves, verification hashes them here: the two must agree on every event.

let it: AuditSetup;
beforeAll(async () => {
  it = await createAuditSetup();
});
afterAll(() => it.close());

const INSERT = `INSERT INTO audit_events (id, at, action, actor_id, subject_id, origin_commitment, data)
  VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6)`;
const [ADA, GRACE] = ['00000000-0000-4000-8000-00000000000a', 'ffffffff-ffff-4fff-bfff-ffffffffffff'];
const MOMENTS = [
  '2026-11-29T16:00:00.123Z',
  '1969-12-31T23:59:59.999Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
];
const ACTIONS = ['user.registered', '', 'ü€𝄞'.repeat(20)];
const COMMITMENTS = [null, Buffer.alloc(32), Buffer.alloc(32, 0xff)];
const DATA = [
  '{}',
  '{ "b": 1,\n"a": [] }',
  '"\\u0041\\ud83d\\ude00"',
  `"${'ünïcödé €𝄞 \\\\x01 '.repeat(3_000)}"`,
];

test('of every part, in every form that it can have', async () => {
  for (const at of MOMENTS)
    for (const action of ACTIONS)
      for (const commitment of COMMITMENTS)
        await it.superuser.query(INSERT, [at, action, ADA, null, commitment, DATA[0]]);
  for (const data of DATA) for (const [actor, subject] of [[null, null], [null, GRACE], [ADA, GRACE]])
    await it.superuser.query(INSERT, [MOMENTS[0], ACTIONS[2], actor, subject, COMMITMENTS[2], data]); // prettier-ignore
  const { rows } = await it.superuser.query<EventRecord & { hash: Buffer }>(
    `SELECT ${EVENT_LEAF_HASH} AS hash, ${EVENT_RECORD_COLUMNS} FROM audit_events e`,
  );
  expect(rows).toHaveLength(36 + 12);
  for (const { hash, ...event } of rows) expect([event.data, hash]).toEqual([event.data, hashEvent(event)]);
  expect(new Set(rows.map(({ hash }) => hash.toString('hex'))).size).toBe(rows.length);
});
