import { withApp } from '../../app/open-app.js';
import { readConfig } from '../../config.js';
import { createLog } from '../../log.js';
import { defineCommand, UsageError } from '../command.js';

/** Gathers everything held about a person, for them to fetch. */
export const privacyExport = defineCommand({
  name: 'privacy export',
  summary: 'Gathers everything held about a person (Art. 15 and 20 GDPR); a mail tells them to fetch it.',
  usage: '--user ID',
  options: { user: { type: 'string' } },
  async run({ values }, { env, print }) {
    const userId = values.user;
    if (userId === undefined) throw new UsageError('Say whose data it is: --user ID');
    const { config } = readConfig(env);
    const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
    return withApp(config, { log, print }, async ({ services: { exports } }) => {
      const { id } = await exports.requestByOperator(userId);
      await exports.run(id);
      const status = (await exports.find(userId, id))?.status ?? 'gone';
      print(`Export ${id}: ${status}`);
      return status === 'READY' ? 0 : 1;
    });
  },
});
