import { nameIds } from '../../services/admin/keys/key-failures.js';
import { defineCommand } from '../command.js';
import { withKeys } from './keys-options.js';

/** Shows which keys there are, what lies under each, and which replacements are under way. Ends with 1 when something is missing. */
export const keysStatus = defineCommand({
  name: 'keys status',
  summary: 'Shows which keys there are, how many rows lie under each, and what is being replaced.',
  usage: '',
  options: {},
  async run(_input, surroundings) {
    return withKeys(surroundings, async (service) => {
      const { keys, runs, failures } = await service.status();
      for (const { kind, keyId, state, rows } of keys) {
        const counts = rows.map(({ what, count }) => `${count} ${what}`).join(', ') || '-';
        surroundings.print(`${kind.padEnd(13)} ${keyId.padEnd(8)} ${state.padEnd(18)} ${counts}`);
      }
      for (const { kind, keyId, startedAt, done, total } of runs) {
        const name = keyId === null ? kind : `${kind}.${keyId}`;
        surroundings.print(`Under way: ${name} since ${startedAt.toISOString()}, ${done} of ${total}`);
      }
      for (const { kind, count, ids } of failures) {
        surroundings.print(
          `Not replaced: ${kind}, ${count} row(s) that do not open (docs/keys.md): ${nameIds(ids, count)}`,
        );
      }
      if (failures.length > 0) return 1;
      return keys.some(({ state }) => state.startsWith('MISSING')) ? 1 : 0;
    });
  },
});
