import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { withApp } from '../../app/open-app.js';
import { readConfig } from '../../config.js';
import { createLog } from '../../log.js';
import { encryptStream } from '../../services/admin/transfer/encrypted-file.js';
import { defineCommand, UsageError } from '../command.js';

/** Hands every account on, to whoever holds a private key. */
export const usersExport = defineCommand({
  name: 'users export',
  summary: 'Exports every account, password hashes too, encrypted to a public key of yours (age).',
  usage: '--recipient age1… [--recipient …] --out FILE.jsonl.age',
  options: { recipient: { type: 'string', multiple: true }, out: { type: 'string' } },
  async run({ values }, { env, print }) {
    const { recipient: recipients = [], out } = values;
    if (out === undefined || recipients.length === 0) {
      throw new UsageError('Say to whom and where: --recipient age1… --out FILE.jsonl.age');
    }
    const { config } = readConfig(env);
    const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
    return withApp(config, { log, print }, async ({ services: { transfer } }) => {
      let count = 0;
      async function* lines(): AsyncIterable<Uint8Array> {
        for await (const record of transfer.export()) {
          count += 1;
          yield Buffer.from(`${JSON.stringify(record)}\n`);
        }
      }
      const encrypted = await encryptStream(lines(), recipients).catch(() => {
        throw new UsageError('A recipient is no public key of age (age1…)');
      });
      await writeWhole(encrypted, out);
      print(`${count} accounts exported to ${out}. Only the private keys of the recipients open it.`);
      return 0;
    });
  },
});

/** Under another name until all of it is there: what bears the name is whole. */
async function writeWhole(bytes: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await pipeline(bytes, createWriteStream(partial, { mode: 0o600 }));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
