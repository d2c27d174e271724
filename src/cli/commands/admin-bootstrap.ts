import { withApp } from '../../app/open-app.js';
import { readConfig } from '../../config.js';
import { parseEmailAddress } from '../../input/email-address.js';
import { createLog } from '../../log.js';
import { buildLink } from '../../mail/links.js';
import { defineCommand, UsageError } from '../command.js';

/** Makes the first administrator; works once. */
export const adminBootstrap = defineCommand({
  name: 'admin bootstrap',
  summary: 'Makes the first administrator, by invitation unless the account exists. Works once.',
  usage: '--email ADDRESS',
  options: { email: { type: 'string' } },
  async run({ values }, { env, print }) {
    if (values.email === undefined) throw new UsageError('Say who it is: --email ADDRESS');
    const email = parseEmailAddress(values.email, 'email');
    const { config } = readConfig(env);
    const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
    return withApp(config, { log, print }, async (app) => {
      const { userId, invitation } = await app.services.admin.bootstrap(email);
      print(`${email} is the first administrator (${userId}).`);
      if (invitation) {
        print('Choose a password here, while the server runs; the same link is on its way by mail:');
        print(`  ${buildLink(config.appUrl, 'accept-invitation', invitation.token)}`);
      }
      return 0;
    });
  },
});
