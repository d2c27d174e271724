import { withApp } from '../../app/open-app.js';
import { readConfig } from '../../config.js';
import { parseEmailAddress } from '../../input/email-address.js';
import { createLog } from '../../log.js';
import { defineCommand, UsageError } from '../command.js';

/** For who has lost every second factor and the recovery codes too, and has proved to the operators who they are. */
export const mfaRemove = defineCommand({
  name: 'mfa remove',
  summary: 'Removes the second factors of an account whose owner has lost them all; they are told by mail.',
  usage: '--email ADDRESS',
  options: { email: { type: 'string' } },
  async run({ values }, { env, print }) {
    if (values.email === undefined) throw new UsageError('Say whose: --email ADDRESS');
    const email = parseEmailAddress(values.email, 'email');
    const { config } = readConfig(env);
    const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
    return withApp(config, { log, print }, async (app) => {
      const removed = await app.services.mfa.removeByOperator(email);
      print(removed.length > 0 ? `Removed: ${removed.join(', ')}` : 'The account has no second factor.');
      return 0;
    });
  },
});
