import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REGISTER } from '../../../src/privacy/register.js';
import { exportTables } from '../../../src/services/compliance/exports/content/export-tables.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { canary, CANARY_ROWS } from '../canary-rows.js';
import { fetchArchive, readyExport, signUp, type Archive, type Person } from '../export-setup.js';

let server: FullServer;
let alice: Person;
let bob: Person;
let archive: Archive;
const marks: Record<string, string[]> = { alice: [], bob: [] };

beforeAll(async () => {
  server = await startFullServer({ SMTP_URL: '' });
  [alice, bob] = [await signUp(server), await signUp(server)];
  for (const [name, { id }] of Object.entries({ alice, bob })) {
    const mark = (place: string) => {
      const text = canary(`${name}-${place}`);
      marks[name]?.push(text);
      return text;
    };
    for (const [model, seed] of Object.entries(CANARY_ROWS)) {
      if (model !== 'User') await seed(server.app.db, id, mark);
    }
  }
  await CANARY_ROWS.User!(server.app.db, alice.id, (place) => {
    const text = canary(`alice-${place}`);
    marks.alice?.push(text);
    return text;
  });
  const { downloadUrl } = await readyExport(server, alice);
  archive = await fetchArchive(server, downloadUrl!);
});
afterAll(() => server?.stop());

test('the rows of this test cover every table of which a person receives something', () => {
  expect(Object.keys(CANARY_ROWS).sort()).toEqual(
    exportTables()
      .map(({ model }) => model)
      .sort(),
  );
});

test('the export holds every canary of the person, in every table', () => {
  expect(marks.alice!.length).toBeGreaterThan(20);
  for (const mark of [...marks.alice!, alice.email, alice.id]) expect(archive.text).toContain(mark);
});

test('it holds nothing of anybody else', () => {
  for (const text of [archive.text, archive.page]) {
    for (const mark of [...marks.bob!, bob.email, bob.id]) expect(text).not.toContain(mark);
    expect(text).not.toContain('canary-bob');
  }
});

test('it holds every column that the register says is exported, with a value, and no other', () => {
  for (const [model, { columns, owner }] of Object.entries(REGISTER)) {
    const exported = Object.entries(columns).flatMap(([name, column]) =>
      column.personal && column.exported ? [name] : [],
    );
    const rows = archive.data.records[model];
    if (!rows) {
      // Nothing is left out but tables that would tell no more than that there is a row.
      expect(owner.by === 'nobody' || exported.every((name) => name === 'userId')).toBe(true);
      continue;
    }
    for (const name of exported) {
      const values = rows.map((row) => row[name]).filter((value) => value !== null && value !== undefined);
      expect({ model, name, hasValue: values.length > 0 }).toEqual({ model, name, hasValue: true });
    }
    for (const row of rows) expect(Object.keys(row).sort()).toEqual([...exported].sort());
  }
});

test('it names no account but the person’s', () => {
  const ids = archive.text.match(/"[0-9a-f]{8}-[0-9a-f-]{27}"/g) ?? [];
  const staff = ['requestedBy', 'openedBy', 'closedBy', 'placedBy', 'releasedBy', 'grantedBy'];
  const columns = ['userId', 'actorId', 'subjectId', ...staff];
  for (const rows of Object.values(archive.data.records)) {
    for (const row of rows) {
      for (const name of columns) {
        if (typeof row[name] === 'string') expect([alice.id]).toContainEqual(nameOrSelf(row[name]));
      }
    }
  }
  expect(ids.length).toBeGreaterThan(0);
  expect(archive.text).toContain('another account (1)');
});

/** A stand-in counts as the person: it names nobody. */
function nameOrSelf(value: string): string {
  return /^another account \(\d+\)$/.test(value) ? alice.id : value;
}

test('it fits its own JSON Schema', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(archive.schema);
  validate(archive.data);
  expect(validate.errors).toBeNull();
  const broken = structuredClone(archive.data) as unknown as { records: { User: Record<string, unknown>[] } };
  broken.records.User[0]!.isVerified = 'yes';
  expect(validate(broken)).toBe(false);
});

test('the page shows the same to people, and loads and runs nothing', () => {
  for (const mark of marks.alice!) expect(archive.page).toContain(mark);
  expect(archive.page).not.toMatch(/<(script|img|link|iframe|form)|url\(|\son\w+=/i);
  expect(archive.names).toEqual(['data.json', 'schema.json', 'index.html']);
});

test('it says why each value is held and how long, and its file is unreadable without its key', async () => {
  expect(archive.data.about).toContainEqual(
    expect.objectContaining({
      record: 'Session',
      field: 'ipAddress',
      retention: '90 days after the session was last seen, or the event',
    }),
  );
  const folder = join(server.dataDir, 'exports', alice.id);
  const [file = ''] = await readdir(folder);
  const bytes = await readFile(join(folder, file));
  expect(bytes.length).toBeGreaterThan(1_000);
  expect(bytes.subarray(0, 4).toString('latin1')).not.toBe('PK\u0003\u0004');
  for (const mark of [alice.email, 'data.json']) expect(bytes.includes(mark)).toBe(false);
});
