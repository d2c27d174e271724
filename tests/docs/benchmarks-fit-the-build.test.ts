import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyChange, WITH_COLD_KEYS, WITHOUT_SEALING } from '../../bench/altered-builds.js';

test.each([...WITHOUT_SEALING, ...WITH_COLD_KEYS])(
  'what $file is changed in for a comparison is there: $from',
  async (change) => {
    const built = await readFile(join('dist', change.file), 'utf8');
    expect(applyChange(change, built)).not.toBe(built);
  },
);
