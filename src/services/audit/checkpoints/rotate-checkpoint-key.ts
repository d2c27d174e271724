import type { Database } from '../../../database/client.js';
import type { AuditService } from '../audit.service.js';
import type { CheckpointKeyStore } from './checkpoint-key.js';
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
      const data = { purpose: 'checkpoint', keyId: noteKeyId({ name, publicKey }).toString('hex') };
      const event = { actorId: null, subjectId: null, origin: null, data };
      await audit.record(tx, { action: 'key.rotation_completed', ...event });
      return { name, publicKey };
    });
  };
}
