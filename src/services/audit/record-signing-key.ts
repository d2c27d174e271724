import type { SqlTransaction } from '../../database/data-keys/user-keys.js';
import type { SigningKeyChange } from '../../security/signing-keys/signing-key-change.js';
import type { AuditService } from './audit.service.js';

/** Records what became of a key that signs tokens, in the transaction in which it did. */
export async function recordSigningKey(
  audit: Pick<AuditService, 'record'>,
  tx: SqlTransaction,
  action: SigningKeyChange,
  keyId: string,
): Promise<void> {
  const data = { purpose: 'signing', keyId };
  await audit.record(tx, { action, actorId: null, subjectId: null, origin: null, data });
}
