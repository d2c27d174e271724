import { withApp } from '../../app/open-app.js';
import type { App } from '../../app.js';
import { SECOND } from '../../clock.js';
import { readConfig } from '../../config.js';
import { createLog } from '../../log.js';
import { KEY_GRACE } from '../../app/key-upkeep.js';
import { BusyError } from '../../database/re-sealing/sql.js';
import { type CommandSurroundings, UsageError } from '../command.js';

/** The options by which the replacement of keys is paced. */
export const PACE_OPTIONS = {
  rate: { type: 'string' },
  grace: { type: 'string' },
} as const;

/** Rows a second, and seconds to wait for other processes. */
export function readPace({ rate, grace }: { rate?: string; grace?: string }) {
  return {
    rate: rate === undefined ? null : readNumber('--rate', rate, 1),
    grace: grace === undefined ? KEY_GRACE : readNumber('--grace', grace, 0) * SECOND,
  };
}

function readNumber(name: string, text: string, least: number): number {
  const number = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || number < least)
    throw new UsageError(`${name} takes a number from ${least}`);
  return number;
}

/** Does `work` with the application. @returns its exit code; 1 when another process does the same */
export async function withKeys(
  { env, print, complain }: CommandSurroundings,
  work: (keys: App['keyUpkeep']) => Promise<number>,
): Promise<number> {
  const { config } = readConfig(env);
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
  return withApp(config, { log, print }, async ({ keyUpkeep }) => {
    try {
      return await work(keyUpkeep);
    } catch (error) {
      if (!(error instanceof BusyError)) throw error;
      complain(error.message);
      return 1;
    }
  });
}
