import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// What clients were promised before there was a server: `../shared/contract.graphql`, beside the clone.

const CHECK = '../shared/check-contract.mjs';
const present = existsSync(CHECK);
if (!present) console.warn(`Skipped: ${CHECK} is not there`);
const whenPresent = present ? test : test.skip;

const check = (schema: string) =>
  new Promise<{ code: unknown; output: string }>((resolve) => {
    execFile(process.execPath, [CHECK, schema], (error, output) =>
      resolve({ code: error?.code ?? 0, output }),
    );
  });

whenPresent('schema.graphql breaks nothing of the contract', async () => {
  expect(await check('schema.graphql')).toEqual({ code: 0, output: 'contract holds\n' });
});

whenPresent('a mutation under another name would be told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'custodia-contract-'));
  const schema = await readFile('schema.graphql', 'utf8');
  const without = join(folder, 'schema.graphql');
  await writeFile(without, schema.replace('  logout: SuccessPayload', '  signOut: SuccessPayload'));
  const { code, output } = await check(without);
  expect(code).toBe(1);
  expect(output).toContain('logout');
  await rm(folder, { recursive: true });
});
