import { defineCommand } from '../command.js';
import { withKeys } from './keys-options.js';

/** Shows which keys there are, what lies under each, and which replacements are under way. */
export const keysStatus = defineCommand({
  name: 'keys status',
  summary: 'Shows which keys there are, how many rows lie under each, and what is being replaced.',
  usage: '',
  options: {},
  async run(_input, surroundings) {
    return withKeys(surroundings, async (service) => {
      const { keys, runs } = await service.status();
      for (const { kind, keyId, state, rows } of keys) {
        const counts = rows.map(({ what, count }) => `${count} ${what}`).join(', ') || '-';
        surroundings.print(`${kind.padEnd(13)} ${keyId.padEnd(8)} ${state.padEnd(18)} ${counts}`);
      }
      for (const { kind, keyId, startedAt, done, total } of runs) {
        const name = keyId === null ? kind : `${kind}.${keyId}`;
        surroundings.print(`Under way: ${name} since ${startedAt.toISOString()}, ${done} of ${total}`);
      }
      return keys.some(({ state }) => state.startsWith('MISSING')) ? 1 : 0;
    });
  },
});
