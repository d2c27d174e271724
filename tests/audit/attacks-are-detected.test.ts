import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signCheckpoint } from '../../src/services/audit/checkpoints/checkpoint.js';
import {
  EVENT_RECORD_COLUMNS,
  hashEvent,
  type EventRecord,
} from '../../src/services/audit/tree/event-record.js';
import {
  appendLeaf,
  EMPTY_FRONTIER,
  packFrontier,
  rootOf,
} from '../../src/services/audit/tree/merkle-tree.js';
import { createAuditSetup, type AuditSetup } from './audit-setup.js';

// Each attack is made on a real database by its superuser, who can switch every trigger off and holds the
// database's contents, but not what lies outside it.

const EVENTS = 10;
let it: AuditSetup;
beforeEach(async () => {
  it = await createAuditSetup();
  await it.fill(EVENTS);
});
afterEach(() => it.close());

const idAt = (sequence: number) => `(SELECT event_id FROM audit_leaves WHERE sequence = ${sequence})`;

async function expectBroken(sequence: number): Promise<void> {
  expect(await it.auditLog.verify()).toMatchObject({ intact: false, firstBroken: sequence });
}

/** Makes leaves, roots and frontiers of the database fit its events again, as whoever rules it can. */
async function recompute(): Promise<void> {
  const rows = (await it.attack(
    `SELECT l.sequence, ${EVENT_RECORD_COLUMNS} FROM audit_leaves l JOIN audit_events e ON e.id = l.event_id ORDER BY l.sequence`,
  )) as unknown as (EventRecord & { sequence: string })[];
  const sizes = (await it.attack('SELECT size FROM audit_checkpoints')).map(({ size }) => Number(size));
  let tree = EMPTY_FRONTIER;
  for (const [index, row] of rows.entries()) {
    const hash = hashEvent(row);
    tree = appendLeaf(tree, hash);
    await it.attack(
      'UPDATE audit_leaves SET leaf_hash = $1, sequence = -$2::bigint - 1 WHERE sequence = $3',
      [hash, index, row.sequence],
    );
    if (!sizes.includes(index + 1)) continue;
    await it.attack('UPDATE audit_checkpoints SET root = $1, frontier = $2 WHERE size = $3', [
      rootOf(tree),
      packFrontier(tree),
      index + 1,
    ]);
  }
  await it.attack('UPDATE audit_leaves SET sequence = -sequence - 1');
}

/** The worst case: the attacker has got the signing key too, and signs the recomputed log. */
async function resign(): Promise<void> {
  const { signer } = await it.openKeys();
  for (const { size, root } of await it.attack('SELECT size, root FROM audit_checkpoints')) {
    const note = signCheckpoint({ size: Number(size), root: root as Buffer }, signer);
    await it.attack('UPDATE audit_checkpoints SET note = $1 WHERE size = $2', [note, size]);
  }
}

test('a log that nobody touched is intact', async () => {
  const { intact, eventsChecked, headHash } = await it.auditLog.verify();
  expect({ intact, eventsChecked }).toEqual({ intact: true, eventsChecked: EVENTS });
  const last = (await readFile(join(it.dataDir, 'audit', 'checkpoints'), 'utf8')).trim().split('\n\n').at(-2);
  expect(last?.split('\n').slice(1)).toEqual([String(EVENTS), headHash.toString('base64')]);
});

describe('an edited event', () => {
  const EDITS = [
    ["action = 'user.registered'", 'what happened'],
    ["at = at + interval '1 second'", 'when'],
    ['actor_id = gen_random_uuid()', 'who'],
    ['actor_id = NULL', 'that there was somebody'],
    ['subject_id = gen_random_uuid()', 'to whom'],
    [`data = '{"number": 6}'`, 'the spelling of the details'],
    ['origin_commitment = NULL', 'where from'],
    ["at = 'infinity'", 'to no time at all'],
  ] as const;

  test('in any of its columns', async () => {
    await it.attack(`CREATE TABLE kept AS SELECT * FROM audit_events WHERE id = ${idAt(6)}`);
    for (const [change] of EDITS) {
      await it.attack(`UPDATE audit_events SET ${change} WHERE id = ${idAt(6)}`);
      await expectBroken(6);
      await it.attack(`DELETE FROM audit_events WHERE id = ${idAt(6)}`);
      await it.attack('INSERT INTO audit_events SELECT * FROM kept');
      expect(await it.auditLog.verify()).toMatchObject({ intact: true });
    }
  });

  test('with its leaf hash made to fit', async () => {
    await it.attack(`UPDATE audit_events SET action = 'user.registered' WHERE id = ${idAt(6)}`);
    await recompute();
    await expectBroken(6);
  });

  test('whose origin was replaced by another one of the same person', async () => {
    const [other] = await it.attack(`SELECT origin FROM audit_origins WHERE event_id = ${idAt(2)}`);
    await it.attack(`UPDATE audit_origins SET origin = $1 WHERE event_id = ${idAt(6)}`, [
      JSON.stringify(other?.origin),
    ]);
    await expectBroken(6);
  });
});

describe('a removed event', () => {
  test('alone', async () => {
    await it.attack(`DELETE FROM audit_events WHERE id = ${idAt(3)}`);
    await expectBroken(3);
  });

  test('with its leaf', async () => {
    await it.attack(`DELETE FROM audit_events WHERE id = ${idAt(3)}`);
    await it.attack('DELETE FROM audit_leaves WHERE sequence = 3');
    await expectBroken(3);
  });

  test('with its leaf, the others moved up', async () => {
    await it.attack(`DELETE FROM audit_events WHERE id = ${idAt(3)}`);
    await it.attack('DELETE FROM audit_leaves WHERE sequence = 3');
    await recompute();
    await expectBroken(3);
  });
});

describe('an inserted event', () => {
  const insert = `INSERT INTO audit_events (id, action) VALUES ('00000000-0000-4000-8000-000000000001', 'user.registered')`;

  test('in the middle, the others moved down', async () => {
    await it.attack(insert);
    await it.attack('UPDATE audit_leaves SET sequence = -sequence - 1 WHERE sequence >= 5');
    await it.attack(
      "INSERT INTO audit_leaves VALUES (5, '00000000-0000-4000-8000-000000000001', decode(repeat('00', 32), 'hex'))",
    );
    await it.attack('UPDATE audit_leaves SET sequence = -sequence WHERE sequence < 0');
    await recompute();
    await expectBroken(5);
  });

  test('at the end, without a checkpoint', async () => {
    await it.attack(insert);
    await it.attack(
      "INSERT INTO audit_leaves VALUES (10, '00000000-0000-4000-8000-000000000001', decode(repeat('00', 32), 'hex'))",
    );
    await recompute();
    await expectBroken(10);
  });

  test('beside the log, where the sealer has been already, and is not sealed by the next one either', async () => {
    await it.attack(insert.replace('action)', 'action, transaction_id)').replace("ed')", "ed', '5')"));
    await expectBroken(10);
    it.startAnew();
    await it.record(null);
    expect(await it.seal()).toBe(1);
    await expectBroken(11);
  });
});

describe('reordered events', () => {
  test.each([
    ['as they are', false],
    ['with everything made to fit', true],
  ])('%s', async (_, fits) => {
    await it.attack('UPDATE audit_leaves SET sequence = -1 - sequence WHERE sequence IN (4, 7)');
    await it.attack(
      'UPDATE audit_leaves SET sequence = CASE sequence WHEN -5 THEN 7 ELSE 4 END WHERE sequence < 0',
    );
    if (fits) await recompute();
    await expectBroken(4);
  });
});

describe('a truncated tail', () => {
  async function truncate(size: number): Promise<void> {
    await it.attack(
      `DELETE FROM audit_events WHERE id IN (SELECT event_id FROM audit_leaves WHERE sequence >= ${size})`,
    );
    await it.attack(`DELETE FROM audit_leaves WHERE sequence >= ${size}`);
    await it.attack(`DELETE FROM audit_checkpoints WHERE size > ${size}`);
  }

  test('of events, leaves and checkpoints alike', async () => {
    await truncate(8);
    await expectBroken(8);
  });

  test('of everything', async () => {
    await truncate(0);
    await expectBroken(0);
  });

  test('under which the log went on', async () => {
    await truncate(8);
    await it.record(null);
    await it.seal();
    await expectBroken(8);
  });
});

describe('a log recomputed by a superuser', () => {
  test('who also holds the signing key', async () => {
    await it.attack(`UPDATE audit_events SET action = 'user.registered' WHERE id = ${idAt(5)}`);
    await recompute();
    await resign();
    await expectBroken(5);
  });

  test('is not seen without the copies outside, and seen with a single checkpoint of them', async () => {
    await it.attack(`UPDATE audit_events SET action = 'user.registered' WHERE id = ${idAt(5)}`);
    await recompute();
    await resign();
    expect(await it.logWithoutCopies().verify()).toMatchObject({ intact: true });
    const file = join(it.dataDir, 'audit', 'checkpoints');
    const notes = (await readFile(file, 'utf8')).split(/(?<=\n\n)(?=id\.example\.com)/);
    await writeFile(file, notes.at(-1) as string);
    await rm(join(it.dataDir, 'audit', 'leaves'));
    // One checkpoint over everything tells that, not where: the first place it can be is the first of all.
    expect(await it.auditLog.verify()).toMatchObject({ intact: false, firstBroken: 0 });
  });

  test('who does not hold the key', async () => {
    await it.attack(`UPDATE audit_events SET action = 'user.registered' WHERE id = ${idAt(5)}`);
    await recompute();
    expect(await it.logWithoutCopies().verify()).toMatchObject({ intact: false, firstBroken: 4 });
  });
});

describe('a checkpoint', () => {
  test('that nobody signed', async () => {
    await it.attack(`UPDATE audit_checkpoints SET note = replace(note, E'\\n— ', E'\\n— x') WHERE size = 8`);
    await expectBroken(4);
  });

  test('of another log, outside the database', async () => {
    const foreign = await createAuditSetup();
    await foreign.fill(4);
    const note = await readFile(join(foreign.dataDir, 'audit', 'checkpoints'), 'utf8');
    await foreign.close();
    await appendFile(join(it.dataDir, 'audit', 'checkpoints'), note);
    expect(await it.auditLog.verify()).toMatchObject({ intact: false });
  });
});
