import type { Database } from '../../../database/client.js';
import type { AuditService } from '../audit.service.js';
import type { CheckpointKeyParts, CheckpointKeyStore } from './checkpoint-key.js';
import { noteKeyId, type NoteVerifier } from './signed-note.js';

interface Needs {
  db: Database;
  audit: AuditService;
  keys: CheckpointKeyStore;
}

/**
 * Replaces the key that signs checkpoints, with the events that tell of it: earlier checkpoints stay verifiable by the
 * key that signed them, whose private half is destroyed.
 */
export function createRotateCheckpointKey({ db, audit, keys }: Needs) {
  return async function rotateCheckpointKey(): Promise<NoteVerifier> {
    return db.$transaction(async (tx) => {
      const { name, publicKey } = await keys.rotate(tx);
      await audit.record(tx, { action: 'key.rotation_completed', ...aboutKey({ name, publicKey }) });
      return { name, publicKey };
    });
  };
}

/** Records that the log has its first key, in the transaction that makes it. */
export function createRecordFirstKey(audit: AuditService): CheckpointKeyParts['recordFirst'] {
  return (tx, key) => audit.record(tx, { action: 'key.published', ...aboutKey(key) });
}

function aboutKey(key: NoteVerifier) {
  const data = { purpose: 'checkpoint', keyId: noteKeyId(key).toString('hex') };
  return { actorId: null, subjectId: null, origin: null, data };
}
