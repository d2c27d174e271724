import type { SETTINGS, SettingName } from './settings.js';

/** Who wraps data keys, and every key store that unwraps them. */
export interface KeySettings {
  wrapsWith: 'ring' | 'aws-kms' | 'vault';
  /** null: not configured. The first key wraps, all unwrap. */
  awsKmsKeyIds: string[] | null;
  vault: {
    address: string;
    transitKey: string;
    mount: string;
    namespace: string | null;
    token: { value: string } | { file: string };
  } | null;
  /** PostgreSQL that holds the data keys apart from the data; null: they stand beside their users. */
  databaseUrl: string | null;
  /** Milliseconds for which an unwrapped key stays in memory. */
  cacheLifetime: number;
  /** Milliseconds after which the upkeep puts a new key into the ring's file; null: only by command. */
  lifetimes: Record<'encryption' | 'searchIndex' | 'pepper', number | null>;
}

type Read = <N extends SettingName>(name: N) => ReturnType<(typeof SETTINGS)[N]['parse']> | null;

const LIFETIMES = ['ENCRYPTION_KEY_LIFETIME', 'SEARCH_INDEX_KEY_LIFETIME', 'PEPPER_LIFETIME'] as const;

/** Reads where keys are kept, the data being at `dataUrl`; adds to `problems` what is missing or contradicts itself. */
export function readKeySettings(read: Read, dataUrl: string | null, problems: string[]): KeySettings {
  const wrapsWith = read('KEY_ENCRYPTION') ?? 'ring';
  const awsKmsKeyIds = read('AWS_KMS_KEY_ID');
  const vault = readVault(read, problems);
  if (wrapsWith === 'aws-kms' && awsKmsKeyIds === null) {
    problems.push('KEY_ENCRYPTION=aws-kms needs AWS_KMS_KEY_ID.');
  }
  if (wrapsWith === 'vault' && vault === null) problems.push('KEY_ENCRYPTION=vault needs VAULT_TRANSIT_KEY.');
  const databaseUrl = read('KEYSTORE_DATABASE_URL');
  if (databaseUrl !== null && sameDatabase(databaseUrl, dataUrl)) {
    problems.push('KEYSTORE_DATABASE_URL must be another database than DATABASE_URL.');
  }
  const cacheLifetime = read('KEY_CACHE_TTL') ?? 0;
  const lifetimes = readLifetimes(read, wrapsWith, problems);
  return { wrapsWith, awsKmsKeyIds, vault, databaseUrl, cacheLifetime, lifetimes };
}

/** A lifetime is a promise: where nobody here can write the key, it is refused instead of being broken in silence. */
function readLifetimes(
  read: Read,
  wrapsWith: KeySettings['wrapsWith'],
  problems: string[],
): KeySettings['lifetimes'] {
  const [encryption = null, searchIndex = null, pepper = null] = LIFETIMES.map((name) => {
    const lifetime = read(name);
    if (lifetime !== null && read('KEY_RING') !== null)
      problems.push(`${name} needs KEY_RING_FILE: only whoever sets KEY_RING can put a new key into it.`);
    return lifetime;
  });
  if (wrapsWith !== 'ring' && encryption !== null)
    problems.push(
      `ENCRYPTION_KEY_LIFETIME is for the key ring: with KEY_ENCRYPTION=${wrapsWith} the key is renewed there, and the hourly upkeep brings the rows over.`,
    );
  return { encryption, searchIndex, pepper };
}

/** Vault's own variables are often set for other tools, so that only the name of a key counts as a wish. */
function readVault(read: Read, problems: string[]): KeySettings['vault'] {
  const transitKey = read('VAULT_TRANSIT_KEY');
  const value = read('VAULT_TOKEN');
  const file = read('VAULT_TOKEN_FILE');
  const address = read('VAULT_ADDR');
  const mount = read('VAULT_TRANSIT_MOUNT') ?? 'transit';
  const namespace = read('VAULT_NAMESPACE');
  if (transitKey === null) return null;
  if (address === null) problems.push('VAULT_TRANSIT_KEY needs VAULT_ADDR.');
  if (file === null && value === null) {
    problems.push('VAULT_TRANSIT_KEY needs VAULT_TOKEN_FILE (or VAULT_TOKEN).');
  }
  const token = file === null ? { value: value ?? '' } : { file };
  return { address: address ?? '', transitKey, mount, namespace, token };
}

function sameDatabase(one: string, other: string | null): boolean {
  if (other === null) return false;
  const [a, b] = [new URL(one), new URL(other)];
  return a.host === b.host && a.pathname === b.pathname;
}
