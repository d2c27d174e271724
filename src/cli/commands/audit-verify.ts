import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { withApp } from '../../app/open-app.js';
import { readConfig } from '../../config.js';
import { createLog } from '../../log.js';
import { readDump } from '../../services/audit/verification/dump-log.js';
import {
  readCheckpoints,
  readLeaves,
  readVerifiers,
  sizeOf,
} from '../../services/audit/checkpoints/log-folder.js';
import { parseVerifierKey, type NoteVerifier } from '../../services/audit/checkpoints/signed-note.js';
import { verifyLog, type LogVerification } from '../../services/audit/verification/verify-log.js';
import { type CommandSurroundings, defineCommand, UsageError } from '../command.js';

/** Exit code for a log that is not as it was sealed. */
const BROKEN = 1;

/** Verifies the audit log: that of the database, or a dump without any database. */
export const auditVerify = defineCommand({
  name: 'audit verify',
  summary: 'Verifies the audit log against its signed checkpoints; with --dump without the database.',
  usage: '[--dump FILE [--copies FOLDER] [--checkpoints FILE] [--key KEY]…]',
  options: {
    dump: { type: 'string' },
    copies: { type: 'string' },
    checkpoints: { type: 'string' },
    key: { type: 'string', multiple: true },
  },
  async run({ values }, surroundings) {
    const { dump } = values;
    const outcome =
      dump === undefined
        ? await verifyOnline(surroundings)
        : await verifyOffline({ ...values, dump }, surroundings);
    return report(outcome, surroundings);
  },
});

async function verifyOnline({ env, complain }: CommandSurroundings): Promise<LogVerification> {
  const { config } = readConfig(env);
  return withApp(
    config,
    { log: createLog('silent'), print: complain, touchesAccounts: false },
    ({ auditParts }) => auditParts.auditLog.verify(),
  );
}

interface Offline {
  dump: string;
  /** The folder with `checkpoints`, `leaves` and `key`; default: DATA_DIR/audit. */
  copies?: string | undefined;
  checkpoints?: string | undefined;
  /** The verifiers' keys themselves: one for each time that the key was replaced, and the first. */
  key?: string[] | undefined;
}

async function verifyOffline(given: Offline, { env }: CommandSurroundings): Promise<LogVerification> {
  const folder = given.copies ?? join(readConfig({ DATA_DIR: env.DATA_DIR }).config.dataDir, 'audit');
  const verifiers = given.key ? given.key.map(readKey) : await readVerifiers(join(folder, 'key'));
  if (verifiers.length === 0) throw new UsageError(`There is no key in ${folder}: name one with --key`);
  const checkpoints = given.checkpoints ?? join(folder, 'checkpoints');
  const length = await sizeOf(checkpoints);
  if (length === 0) throw new UsageError(`There are no checkpoints in ${checkpoints}`);
  if (!existsSync(given.dump)) throw new UsageError(`There is no file ${given.dump}`);
  const leaves = join(folder, 'leaves');
  return verifyLog({
    leaves: readDump(readLines(given.dump)),
    checkpoints: [readCheckpoints(checkpoints, verifiers, length)],
    copiedLeaves: readLeaves(leaves, Math.floor((await sizeOf(leaves)) / 32)),
  });
}

function readKey(text: string): NoteVerifier {
  const verifier = parseVerifierKey(text.trim());
  if (!verifier) throw new UsageError('--key is no verifier key');
  return verifier;
}

/** Opens the file when the first line is asked for: an interface that nobody listens to loses its lines. */
async function* readLines(path: string): AsyncGenerator<string> {
  yield* createInterface({ input: createReadStream(path), crlfDelay: Infinity });
}

function report(
  { intact, eventsChecked, headHash, firstBroken }: LogVerification,
  { print }: CommandSurroundings,
): number {
  if (intact) {
    print(`The audit log is intact: ${eventsChecked} events, root ${headHash.toString('base64')}.`);
    return 0;
  }
  print(`The audit log is BROKEN at sequence ${firstBroken}; ${eventsChecked} events before it are intact.`);
  return BROKEN;
}
