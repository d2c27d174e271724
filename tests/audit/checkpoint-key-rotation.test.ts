import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditVerify } from '../../src/cli/commands/audit-verify.js';
import { createCheckpointKeys } from '../../src/services/audit/checkpoints/checkpoint-key.js';
import { formatEventLine } from '../../src/services/audit/verification/dump-log.js';
import { createPublisher } from '../../src/services/audit/checkpoints/publish-checkpoints.js';
import {
  createRecordFirstKey,
  createRotateCheckpointKey,
} from '../../src/services/audit/checkpoints/rotate-checkpoint-key.js';
import { createSealer } from '../../src/services/audit/sealing/sealer.js';
import { formatVerifierKey } from '../../src/services/audit/checkpoints/signed-note.js';
import { systemClock } from '../../src/clock.js';
import { createLog } from '../../src/log.js';
import { eventually } from '../setup/eventually.js';
import { testKeyRing } from '../setup/test-keys.js';
import { createAuditSetup, type AuditSetup } from './audit-setup.js';

let it: AuditSetup;
beforeEach(async () => {
  it = await createAuditSetup();
  await it.fill(4);
});
afterEach(() => it.close());

/** The keys as a process that starts now finds them. */
const freshKeys = () =>
  createCheckpointKeys({
    db: it.db,
    encryption: testKeyRing().encryption,
    clock: systemClock,
    publicUrl: 'https://renamed.example.com',
    recordFirst: createRecordFirstKey(it.audit),
  });

const rotate = () => createRotateCheckpointKey({ db: it.db, audit: it.audit, keys: freshKeys() })();
const keyFile = () => readFile(join(it.dataDir, 'audit', 'key'), 'utf8');

function startSealer() {
  const log = createLog('silent');
  const publisher = createPublisher({
    destinations: ['file'],
    webhookUrl: null,
    folder: it.folder,
    print: () => undefined,
    log,
  });
  const sealer = createSealer({
    url: it.databaseUrl,
    openKeys: freshKeys().open,
    publisher,
    log,
    interval: 5,
  });
  sealer.start();
  return sealer;
}

async function verifyDump(...args: string[]): Promise<number> {
  const reader = await it.auditLog.open();
  const lines: string[] = [];
  for await (const leaf of reader.leaves()) lines.push(formatEventLine(leaf));
  await reader.close();
  const dump = join(it.dataDir, 'events.jsonl');
  await writeFile(dump, lines.join('\n'));
  const silent = () => undefined;
  const surroundings = { env: { DATA_DIR: it.dataDir }, print: silent, complain: silent };
  return auditVerify.call(['--dump', dump, ...args], surroundings);
}

test('a running sealer takes the new key up; the log verifies across the change, online and from a dump', async () => {
  const sealer = startSealer();
  const [first] = (await freshKeys().open()).verifiers;
  const second = await rotate();
  await it.record(null);
  await eventually(async () => expect(await it.folder.lastSize()).toBe(6));
  await sealer.stop();

  expect(await it.auditLog.verify()).toMatchObject({ intact: true, eventsChecked: 6 });
  expect(second.name).toBe(first?.name);
  const lines = [first!, second].map(formatVerifierKey);
  expect((await keyFile()).trim().split('\n')).toEqual(lines);
  expect(await verifyDump()).toBe(0);
  expect(await verifyDump('--key', lines[0]!, '--key', lines[1]!)).toBe(0);
  expect(await verifyDump('--key', lines[0]!)).toBe(1);
  const [event] = await it.db.auditEvent.findMany({ where: { action: 'key.rotation_completed' } });
  expect(event?.data).toEqual({ keyId: lines[1]!.split('+')[1], purpose: 'checkpoint' });
});

test('the private half of the key before is destroyed', async () => {
  const before = await freshKeys().open();
  await rotate();
  const { signer, verifiers } = await freshKeys().open();
  expect(verifiers.map((key) => 'privateKey' in key)).toEqual([true, false]);
  expect(verifiers[0]).toBe(signer);
  expect(verifiers[1]).toEqual({ name: before.signer.name, publicKey: before.signer.publicKey });
});

test('only the key that signed until then is retired: one retired before stays as it is', async () => {
  const rows = () =>
    it.attack('SELECT id, wrapped_key, signs_until FROM signing_keys ORDER BY signs_from DESC');
  await rotate();
  const [, first] = await rows();
  await rotate();
  const [newest, second, third] = await rows();
  expect(third).toEqual(first);
  expect(Number(second?.signs_until)).toBeGreaterThan(Number(first?.signs_until));
  expect(Number(newest?.signs_until)).toBeGreaterThan(Number(second?.signs_until));
});

test('copies that are begun anew hold every key', async () => {
  await rotate();
  await rotate();
  const { verifiers } = await freshKeys().open();
  await it.folder.prepare(verifiers);
  expect(new Set((await keyFile()).trim().split('\n'))).toEqual(new Set(verifiers.map(formatVerifierKey)));
});

test.each([
  ['a key that the key ring did not wrap', `wrapped_key = 'w1.k1.' || repeat('A', 80)`],
  ['the public half of another key', `public_jwk = jsonb_set(public_jwk, '{x}', to_jsonb(repeat('A', 43)))`],
  ['another name', `public_jwk = jsonb_set(public_jwk, '{name}', '"other.example.com/log"')`],
])('whoever rules the database can put in %s: nothing is signed or verified with it', async (_, change) => {
  await rotate();
  for (const order of ['ASC', 'DESC']) {
    const [row] = await it.attack(
      `SELECT id, wrapped_key, public_jwk FROM signing_keys WHERE algorithm = 'Ed25519' ORDER BY signs_from ${order} LIMIT 1`,
    );
    await it.attack(`UPDATE signing_keys SET ${change} WHERE id = $1`, [row?.id]);
    await expect(freshKeys().open()).rejects.toThrow();
    await it.attack('UPDATE signing_keys SET wrapped_key = $2, public_jwk = $3 WHERE id = $1', [
      row?.id,
      row?.wrapped_key,
      JSON.stringify(row?.public_jwk),
    ]);
    await expect(freshKeys().open()).resolves.toMatchObject({ signer: expect.anything() });
  }
});
