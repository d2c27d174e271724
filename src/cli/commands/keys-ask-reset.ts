import { defineCommand } from '../command.js';
import { PACE_OPTIONS, readPace, withKeys } from './keys-options.js';

/** Asks those by mail whose password still uses an older pepper. */
export const keysAskReset = defineCommand({
  name: 'keys ask-reset',
  summary: 'Asks those by mail to sign in whose password still uses an older pepper; each is asked once.',
  usage: '[--rate MAILS_PER_SECOND]',
  options: { rate: PACE_OPTIONS.rate },
  async run({ values }, surroundings) {
    return withKeys(surroundings, async (keys) => {
      surroundings.print(`${await keys.askReset(readPace(values))} account(s) asked`);
      return 0;
    });
  },
});
