import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { snakeCase } from '../../src/privacy/check-constraints.js';
import { ENVELOPE_PATTERN } from '../../src/privacy/envelope.js';
import { INDEX_PATTERN } from '../../src/privacy/search-index.js';
import { type GeneratedDatabase, openGenerated } from './generated-schemas/generated-client.js';
import { copyOf, emptyMemory, type Memory, rowsOf } from './generated-schemas/memory.js';
import { type Operation, operations } from './generated-schemas/operations.js';
import { planOperation } from './generated-schemas/plan-operation.js';
import {
  isSealed,
  type ModelShape,
  rowIdOf,
  type SchemaShape,
  schemaShape,
} from './generated-schemas/schema-arbitrary.js';
import { tableOf } from './generated-schemas/schema-text.js';
import { CANARY, comparable, type Row } from './generated-schemas/values.js';

// Schemas that nobody wrote, each with its generated client and tables of its own, under operations that nobody chose:
// beside each call a plain model in memory does the same, and beneath the client the raw rows are read.

// GENERATED_SCHEMAS=50 npx jest tests/privacy/generated-schemas tries so many; GENERATED_SCHEMAS_SEED begins elsewhere.
const COUNT = Number(process.env.GENERATED_SCHEMAS ?? 3);
const SEED = Number(process.env.GENERATED_SCHEMAS_SEED ?? 20);

const ENVELOPE = new RegExp(ENVELOPE_PATTERN);
const INDEX = new RegExp(INDEX_PATTERN);
/** The canary, and as it stands within other encodings at whatever place. */
const canaryForms = [
  CANARY,
  Buffer.from(CANARY).toString('hex'),
  ...[0, 1, 2].map((skip) => Buffer.from(CANARY.slice(skip)).toString('base64').slice(0, 16).toLowerCase()),
];

const shapes = fc.sample(schemaShape, { seed: SEED, numRuns: COUNT });

test.each(shapes.map((shape, index) => ({ shape, index })))(
  'generated schema $index',
  async ({ shape, index }) => {
    const it = await openGenerated(shape);
    try {
      const property = fc.asyncProperty(operations(shape), (list) => check(it, shape, list));
      // Shrinking what failed ends in time to be reported.
      const inTime = { interruptAfterTimeLimit: 60_000, markInterruptAsFailure: true };
      await fc.assert(property, { seed: SEED + index, numRuns: 8, ...inTime });
    } finally {
      await it.close();
    }
  },
);

/** From empty tables, operation by operation; in the end all that is there is compared. */
async function check(it: GeneratedDatabase, shape: SchemaShape, list: Operation[]): Promise<void> {
  await it.sql(`TRUNCATE ${tableOf(shape[0])} CASCADE`);
  let memory = emptyMemory(shape);
  for (const operation of list) memory = await carryOut(it, shape, memory, operation);
  for (const model of shape) {
    const everything = { do: 'find' as const, filter: null, columns: [], relations: true };
    const place = { model: shape.indexOf(model), inTransaction: false };
    await carryOut(it, shape, memory, { ...everything, ...place });
    await expectSealed(it, model, memory);
  }
}

/** Does the same to the database and in memory; both answer alike, or the database refuses what memory refuses. */
async function carryOut(
  it: GeneratedDatabase,
  shape: SchemaShape,
  memory: Memory,
  operation: Operation,
): Promise<Memory> {
  const plan = planOperation(shape, memory, operation);
  if (!plan) return memory;
  const run = () => (operation.inTransaction ? it.db.$transaction((tx) => plan.call(tx)) : plan.call(it.db));
  const code = findRefusal(() => plan.apply(copyOf(memory), randomUUID()));
  if (code !== null) {
    await expect(run()).rejects.toMatchObject({ code });
    return memory;
  }
  const answer = await run();
  const next = copyOf(memory);
  const wanted = plan.apply(next, String((answer as Row).id));
  const model = shape[operation.model]!;
  const compared = (rows: unknown) => [rows].flat().map((row) => comparable(shape, model, row as Row));
  expect(compared(answer)).toEqual(compared(wanted));
  return next;
}

/** The code with which an operation must be refused; null where it must not. */
function findRefusal(apply: () => unknown): string | null {
  try {
    apply();
    return null;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    return code;
  }
}

/** Beneath the client: an envelope in each sealed column that is not empty, the others in clear, and the canary nowhere. */
async function expectSealed(it: GeneratedDatabase, model: ModelShape, memory: Memory): Promise<void> {
  const raw = await it.sql<{ row: Row }>(`SELECT to_jsonb(t) AS row FROM ${tableOf(model)} t`);
  expect(raw).toHaveLength(rowsOf(memory, model).size);
  const text = JSON.stringify(raw);
  for (const form of canaryForms) expect(text.toLowerCase()).not.toContain(form);
  for (const { row } of raw) {
    const known = rowsOf(memory, model).get(String(row[snakeCase(rowIdOf(model))]))!;
    for (const { name, kind, searchable } of model.columns) {
      const stored = row[snakeCase(name)];
      if (!isSealed(kind) || known[name] === null) expect(stored).toEqual(known[name]);
      else if (kind !== 'json-or-empty' || JSON.stringify(stored) !== '{}') expect(stored).toMatch(ENVELOPE);
      else expect(known[name]).toEqual({});
      if (searchable && known[name] !== null) expect(row[`${snakeCase(name)}_index`]).toMatch(INDEX);
    }
  }
}
