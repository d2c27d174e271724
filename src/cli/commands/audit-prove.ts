import { withApp } from '../../app/open-app.js';
import { readConfig } from '../../config.js';
import { createLog } from '../../log.js';
import { proveEvent, proveGrowth } from '../../services/audit/verification/prove-event.js';
import { defineCommand, UsageError } from '../command.js';

/** Proves that an event is in the log, or that an earlier log is the beginning of this one. */
export const auditProve = defineCommand({
  name: 'audit prove',
  summary: 'Proves an event to be in the sealed log, or an earlier log to be its beginning.',
  usage: '--sequence NUMBER | --from SIZE',
  options: { sequence: { type: 'string' }, from: { type: 'string' } },
  async run({ values }, { env, print, complain }) {
    const sequence = readNumber(values.sequence);
    const from = readNumber(values.from);
    if ((sequence === null) === (from === null)) throw new UsageError('Say --sequence or --from, a number');
    const { config } = readConfig(env);
    return withApp(
      config,
      { log: createLog('silent'), print: complain, touchesAccounts: false },
      async ({ auditParts }) => {
        const reader = await auditParts.auditLog.open();
        try {
          const proof =
            sequence !== null ? await proveEvent(reader, sequence) : await proveGrowth(reader, from ?? 0);
          print(JSON.stringify(proof, null, 2));
          return 0;
        } finally {
          await reader.close();
        }
      },
    );
  },
});

function readNumber(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError('A number is expected');
  return Number(text);
}
