import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config.js';
import { followKeyRingFile } from '../privacy/followed-key-ring.js';
import { generateKeyRing, loadKeyRing, type KeyRing } from '../privacy/key-ring.js';

/**
 * The key ring that the configuration names. Without one (development only, `readConfig` sees to it)
 * `dataDir/keys/key-ring.json` is used, and made when absent; `announce` says so.
 *
 * @throws KeyRingError listing every problem of the ring; it names key ids, never keys
 */
export async function openKeyRing(
  config: Pick<Config, 'keyRing' | 'dataDir'>,
  announce: (line: string) => void,
): Promise<KeyRing> {
  if (config.keyRing !== null) {
    return 'json' in config.keyRing
      ? loadKeyRing(config.keyRing.json)
      : followKeyRingFile(config.keyRing.file, announce);
  }
  const folder = join(config.dataDir, 'keys');
  const file = join(folder, 'key-ring.json');
  if (!existsSync(file)) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, generateKeyRing(), { mode: 0o600, flag: 'wx' });
    announce(`Made development keys in ${file}`);
  }
  return followKeyRingFile(file, announce);
}
