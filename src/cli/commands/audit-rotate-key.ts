import { withApp } from '../../app/open-app.js';
import { readConfig } from '../../config.js';
import { createLog } from '../../log.js';
import { formatVerifierKey } from '../../services/audit/checkpoints/signed-note.js';
import { defineCommand } from '../command.js';

/** Replaces the key that signs checkpoints, while servers run. */
export const auditRotateKey = defineCommand({
  name: 'audit rotate-key',
  summary: 'Replaces the key that signs checkpoints of the audit log, and prints the new verifier key.',
  usage: '',
  options: {},
  async run(_, { env, print, complain }) {
    const { config } = readConfig(env);
    return withApp(
      config,
      { log: createLog('silent'), print: complain, touchesAccounts: false },
      async ({ auditParts }) => {
        print(formatVerifierKey(await auditParts.rotateCheckpointKey()));
        return 0;
      },
    );
  },
});
