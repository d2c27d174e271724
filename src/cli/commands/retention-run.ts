import { withApp } from '../../app/open-app.js';
import { readConfig } from '../../config.js';
import { createLog } from '../../log.js';
import { failuresOf } from '../../services/compliance/retention/retention.service.js';
import { defineCommand } from '../command.js';

/** Discards what is out of date, as the server does every hour. */
export const retentionRun = defineCommand({
  name: 'retention run',
  summary: 'Discards everything whose retention period is over, as the server does every hour.',
  usage: '',
  options: {},
  async run(_input, { env, print, complain }) {
    const { config } = readConfig(env);
    const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
    return withApp(config, { log, print }, async ({ retention }) => {
      const counts = await retention.run();
      for (const [name, count] of Object.entries(counts)) print(`${name}: ${count}`);
      if (!Object.keys(counts).some(isFailure)) return 0;
      complain(
        'Some accounts could not be worked on: the log names them, and the next run tries them again.',
      );
      return 1;
    });
  },
});

function isFailure(name: string): boolean {
  return name.endsWith(failuresOf(''));
}
