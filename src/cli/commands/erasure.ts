import { withApp } from '../../app/open-app.js';
import { readConfig } from '../../config.js';
import { parseText } from '../../input/text.js';
import { createLog } from '../../log.js';
import type { ErasureRecord } from '../../services/compliance/erasure/erasure-record.js';
import { defineCommand, UsageError, type CommandSurroundings } from '../command.js';

function openApp<T>({ env, print }: CommandSurroundings, work: Parameters<typeof withApp<T>>[2]): Promise<T> {
  const { config } = readConfig(env);
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
  return withApp(config, { log, print }, work);
}

function describe({ id, userId, status, scheduledFor, completedAt }: ErasureRecord): string {
  const moment = completedAt ? `completed ${completedAt.toISOString()}` : `due ${scheduledFor.toISOString()}`;
  return `${id}  ${status.padEnd(9)}  account ${userId}  ${moment}`;
}

/** Asks for an erasure from the console. */
export const erasureRequest = defineCommand({
  name: 'erasure request',
  summary: 'Schedules the erasure of an account, or begins it at once.',
  usage: '--user ID --reason TEXT [--immediately]',
  options: { user: { type: 'string' }, reason: { type: 'string' }, immediately: { type: 'boolean' } },
  async run({ values }, surroundings) {
    const { user: userId, reason, immediately = false } = values;
    if (userId === undefined || reason === undefined) {
      throw new UsageError('Say whom and why: --user ID --reason TEXT');
    }
    parseText(reason, 'reason', { min: 1 });
    return openApp(surroundings, async ({ erasures }) => {
      const record = await erasures.erase(null, { userId, reason, immediately });
      surroundings.print(describe(record));
      return 0;
    });
  },
});

/** Whoever is at the server's console stands above every account. */
const EVERY = { status: null, includeRestricted: true };

/** Shows where erasures stand. */
export const erasureStatus = defineCommand({
  name: 'erasure status',
  summary: 'Lists the newest erasure requests, or shows one with its receipt and who was told.',
  usage: '[--id REQUEST]',
  options: { id: { type: 'string' } },
  async run({ values }, surroundings) {
    return openApp(surroundings, async ({ erasures }) => {
      if (values.id === undefined) {
        for (const record of await erasures.list(EVERY, { limit: 50, after: null })) {
          surroundings.print(describe(record));
        }
        return 0;
      }
      const record = await erasures.find(values.id);
      if (!record) {
        surroundings.complain('There is no such erasure request.');
        return 1;
      }
      surroundings.print(describe(record));
      const [notices = []] = await erasures.findNotices([record.id]);
      for (const { receiver, acknowledgedAt, attempts } of notices) {
        const answer = acknowledgedAt ? `acknowledged ${acknowledgedAt.toISOString()}` : 'not acknowledged';
        surroundings.print(`  ${receiver}  ${answer}, told ${attempts} times`);
      }
      if (record.receipt !== null) surroundings.print(`  receipt ${record.receipt}`);
      return 0;
    });
  },
});

/** Begins what is due; servers that run carry it out. */
export const erasureRun = defineCommand({
  name: 'erasure run',
  summary: 'Erases again whom a restored backup brought back, and begins every erasure that is due.',
  usage: '',
  options: {},
  async run(_input, surroundings) {
    return openApp(surroundings, async ({ erasures }) => {
      await erasures.runDue();
      surroundings.print('What was due has begun; a running server completes it.');
      return 0;
    });
  },
});
