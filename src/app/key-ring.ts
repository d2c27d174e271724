import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config.js';
import { followKeyRingFile } from '../privacy/followed-key-ring.js';
import {
  generateKeyRing,
  loadKeyRing,
  loadKeyRingFile,
  type KeyEncryption,
  type KeyRing,
} from '../privacy/key-ring.js';
import { openAwsKms } from '../privacy/key-stores/aws-kms.js';
import { combineStores } from '../privacy/key-stores/several-stores.js';
import { requireWorkingStore } from '../privacy/key-stores/store-health.js';
import { openVaultTransit } from '../privacy/key-stores/vault-transit.js';
import { KeyRingError } from '../privacy/privacy-errors.js';

type KeyConfig = Pick<Config, 'keyRing' | 'keys' | 'dataDir'>;

/**
 * The key ring that the configuration names, its key-encryption keys in a key store outside where one is configured.
 * Without one (development only, `readConfig` sees to it) `dataDir/keys/key-ring.json` is used, and made when
 * absent; `announce` says so.
 *
 * @throws KeyRingError listing every problem of the ring, or when the key store that wraps does not work; it names
 *   key ids, never keys
 */
export async function openKeyRing(config: KeyConfig, announce: (line: string) => void): Promise<KeyRing> {
  const ring = await openRing(config, announce);
  const encryption = await openEncryption(config, ring.encryption);
  return { ...ring, encryption };
}

/** What wraps, by `KEY_ENCRYPTION`; each further store that is configured still unwraps what it once wrapped. */
async function openEncryption(
  { keys: { wrapsWith, awsKmsKeyIds, vault } }: KeyConfig,
  ring: KeyEncryption,
): Promise<KeyEncryption> {
  const stores = new Map<string, KeyEncryption>([['ring', ring]]);
  if (awsKmsKeyIds !== null) stores.set('aws-kms', await openAwsKms({ keyIds: awsKmsKeyIds }));
  if (vault !== null) stores.set('vault', await openVaultTransit(vault));
  const active = stores.get(wrapsWith) ?? ring;
  if (stores.size === 1) return ring;
  if (active !== ring) await requireWorkingStore(wrapsWith, active);
  return combineStores(
    active,
    [...stores.values()].filter((store) => store !== active),
  );
}

/** What is wrong with the ring that is configured, for the list of what else is; it names key ids, never keys. */
export function findKeyRingProblems({ keyRing, keys }: Pick<Config, 'keyRing' | 'keys'>): string[] {
  if (keyRing === null) return [];
  const options = { wrapsOutside: keys.wrapsWith !== 'ring' };
  try {
    if ('json' in keyRing) loadKeyRing(keyRing.json, options);
    else loadKeyRingFile(keyRing.file, options);
    return [];
  } catch (error) {
    if (!(error instanceof KeyRingError)) throw error;
    const setting = 'json' in keyRing ? 'KEY_RING' : 'KEY_RING_FILE';
    return error.problems.map((problem) => `${setting}: ${problem}`);
  }
}

/** The file of the key ring; null when it comes from the environment. */
export function keyRingFileOf({ keyRing, dataDir }: Pick<Config, 'keyRing' | 'dataDir'>): string | null {
  if (keyRing === null) return join(dataDir, 'keys', 'key-ring.json');
  return 'file' in keyRing ? keyRing.file : null;
}

async function openRing(config: KeyConfig, announce: (line: string) => void): Promise<KeyRing> {
  const options = { wrapsOutside: config.keys.wrapsWith !== 'ring' };
  if (config.keyRing !== null) {
    return 'json' in config.keyRing
      ? loadKeyRing(config.keyRing.json, options)
      : followKeyRingFile(config.keyRing.file, announce, options);
  }
  const file = join(config.dataDir, 'keys', 'key-ring.json');
  if (!existsSync(file)) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, generateKeyRing(), { mode: 0o600, flag: 'wx' });
    announce(`Made development keys in ${file}`);
  }
  return followKeyRingFile(file, announce);
}
