import { withApp } from '../../app/open-app.js';
import { readConfig } from '../../config.js';
import { createLog } from '../../log.js';
import { formatEventLine } from '../../services/audit/verification/dump-log.js';
import { defineCommand } from '../command.js';

/** Writes the sealed log as JSON lines, for a verification without the database. */
export const auditDump = defineCommand({
  name: 'audit dump',
  summary: 'Writes the sealed audit log to stdout, one event a line, without addresses.',
  usage: '> events.jsonl',
  options: {},
  async run(_, { env, print, complain }) {
    const { config } = readConfig(env);
    // What else the command has to say goes to stderr: stdout is the dump.
    return withApp(
      config,
      { log: createLog('silent'), print: complain, touchesAccounts: false },
      async ({ auditParts }) => {
        const reader = await auditParts.auditLog.open();
        try {
          for await (const leaf of reader.leaves()) print(formatEventLine(leaf));
          return 0;
        } finally {
          await reader.close();
        }
      },
    );
  },
});
