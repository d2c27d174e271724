import { RING_PURPOSES } from '../../services/admin/keys/key-parts.js';
import { defineCommand, UsageError } from '../command.js';
import { PACE_OPTIONS, readPace, withKeys } from './keys-options.js';

/** Takes a key out of the key ring's file once nothing lies under it. */
export const keysRemove = defineCommand({
  name: 'keys remove',
  summary: 'Takes a key out of the key ring’s file. Refused, with the count, while anything lies under it.',
  usage: 'encryption|search-index|pepper ID [--grace SECONDS]',
  options: { grace: PACE_OPTIONS.grace },
  positionals: 2,
  async run({ values, positionals: [kind = '', id = ''] }, surroundings) {
    const purpose = Object.entries(RING_PURPOSES).find(([name]) => name === kind)?.[1];
    if (!purpose) throw new UsageError(`Say which key: ${Object.keys(RING_PURPOSES).join(', ')}`);
    if (!/^[a-z0-9]{1,8}$/.test(id)) throw new UsageError('Say which id: keys status lists them');
    return withKeys(surroundings, async (keys) => {
      await keys.removeKey(purpose, id, readPace(values));
      surroundings.print(`${kind}.${id} is gone from the key ring. Destroy its copies too.`);
      return 0;
    });
  },
});
