import { randomBytes } from 'node:crypto';
import { chownSync, closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { KEY_BYTES } from './aead.js';
import { type Purpose, readKeyRing, readPrivateFile } from './key-ring.js';
import { KeyRingError } from './privacy-errors.js';

interface PurposeJson {
  active: string;
  next?: string;
  keys: Record<string, string>;
}

/** What a change of the file may do: each leaves a usable ring. */
export interface KeyRingFile {
  /** Adds a new random key that waits to become the active one. Returns its id. */
  addKey(purpose: Purpose): string;
  /** Makes the waiting key the active one. */
  activateNext(purpose: Purpose): void;
  /** @throws KeyRingError for a key that removeKey would refuse */
  requireRemovable(purpose: Purpose, id: string): void;
  /** Takes a key out. @throws KeyRingError for the active or the waiting one, and for one that is not there */
  removeKey(purpose: Purpose, id: string): void;
}

/** Changes of the key ring's file, each atomic: whoever reads meanwhile reads the old ring or the new one, whole. */
export function editKeyRingFile(path: string): KeyRingFile {
  function change<T>(purpose: Purpose, edit: (entry: PurposeJson) => T): T {
    const json = readPrivateFile(path);
    readKeyRing(json);
    const ring = JSON.parse(json) as Record<Purpose, PurposeJson>;
    const result = edit(ring[purpose]);
    const changed = `${JSON.stringify(ring, null, 2)}\n`;
    readKeyRing(changed);
    replaceFile(path, changed);
    return result;
  }

  return {
    addKey: (purpose) =>
      change(purpose, (entry) => {
        if (entry.next !== undefined)
          throw new KeyRingError([`${purpose}.${entry.next}: waits to become active already`]);
        const id = nextId(Object.keys(entry.keys));
        entry.keys[id] = randomBytes(KEY_BYTES).toString('base64');
        entry.next = id;
        return id;
      }),

    activateNext: (purpose) =>
      change(purpose, (entry) => {
        if (entry.next === undefined) throw new KeyRingError([`${purpose}: no key waits to become active`]);
        entry.active = entry.next;
        delete entry.next;
      }),

    removeKey: (purpose, id) =>
      change(purpose, (entry) => {
        requireSpare(entry, purpose, id);
        delete entry.keys[id];
      }),

    requireRemovable(purpose, id) {
      const ring = JSON.parse(readPrivateFile(path)) as Record<Purpose, PurposeJson>;
      requireSpare(ring[purpose], purpose, id);
    },
  };
}

function requireSpare({ keys, active, next }: PurposeJson, purpose: Purpose, id: string): void {
  if (!Object.hasOwn(keys, id)) throw new KeyRingError([`${purpose}.${id}: no such key`]);
  if (id === active || id === next)
    throw new KeyRingError([`${purpose}.${id}: it is the active key or the next one`]);
}

function nextId(ids: string[]): string {
  const numbers = ids.map((id) => Number(/^k(\d{1,6})$/.exec(id)?.[1] ?? 0));
  return `k${Math.max(0, ...numbers) + 1}`;
}

/** Writes beside the file, for its owner only, and renames: after a crash there is the old file or the new one. */
function replaceFile(path: string, text: string): void {
  const beside = `${path}.${randomBytes(6).toString('hex')}`;
  const { uid, gid } = statSync(path);
  try {
    const file = openSync(beside, 'wx', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (process.getuid?.() === 0) chownSync(beside, uid, gid);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
