import { createHash } from 'node:crypto';
import type { KMSClient } from '@aws-sdk/client-kms';
import { SECOND } from '../../clock.js';
import { decodeCanonical } from '../aead.js';
import { type KeyEncryption, unwrapFailed } from '../key-encryption.js';
import { type CircuitBreaker, createCircuitBreaker } from './circuit-breaker.js';
import { KeyStoreError } from './key-store-error.js';

export interface AwsKmsOptions {
  /** Ids, ARNs or aliases: the first wraps, all unwrap. */
  keyIds: readonly string[];
  breaker?: CircuitBreaker;
}

const FORMAT = 'a1';
const REFUSALS = new Set(['InvalidCiphertextException', 'IncorrectKeyException']);
const FAULTS = new Set([
  'AccessDeniedException',
  'DisabledException',
  'ExpiredTokenException',
  'InvalidGrantTokenException',
  'InvalidKeyUsageException',
  'NotFoundException',
  'UnrecognizedClientException',
]);

/**
 * Wraps by AWS KMS (Encrypt, Decrypt; a symmetric key) as `a1.<key>.<base64url of KMS's own blob>`. `<key>` is
 * the first 8 hexadecimal digits of the SHA-256 of the configured key id. The context is KMS's encryption context
 * `{ custodia: context }`, which KMS authenticates and writes to CloudTrail. Region, credentials and endpoint come
 * from where AWS's clients take them (`AWS_REGION`, `AWS_ENDPOINT_URL_KMS` …).
 */
export async function openAwsKms({
  keyIds,
  breaker = createCircuitBreaker(),
}: AwsKmsOptions): Promise<KeyEncryption> {
  // Loaded here, so that servers without it do not pay for it.
  const { DecryptCommand, EncryptCommand, KMSClient } = await import('@aws-sdk/client-kms');
  const client: KMSClient = new KMSClient({
    maxAttempts: 1, // the breaker counts tries
    requestHandler: { requestTimeout: 2 * SECOND, connectionTimeout: SECOND },
  });
  const known = new Map(keyIds.map((id) => [shortId(id), id]));
  const [activeKeyId = '', activeKey] = [...known][0] ?? [];

  return {
    format: FORMAT,
    activeKeyId,
    async wrap(key, context) {
      const { CiphertextBlob } = await breaker.call((abortSignal) =>
        translate(
          client.send(
            new EncryptCommand({
              KeyId: activeKey,
              Plaintext: key,
              EncryptionContext: { custodia: context },
            }),
            { abortSignal },
          ),
        ),
      );
      return `${FORMAT}.${activeKeyId}.${Buffer.from(CiphertextBlob ?? []).toString('base64url')}`;
    },
    async unwrap(wrapped, context) {
      const [, id = '', body = '', ...rest] = wrapped.split('.');
      const blob = rest.length > 0 ? null : decodeCanonical(body);
      const keyId = known.get(id);
      if (!blob?.length) throw unwrapFailed('it is no wrapped key');
      // Naming the key keeps KMS from decrypting what somebody wrapped under a key of their own.
      if (!keyId) throw unwrapFailed(`AWS_KMS_KEY_ID lacks the key with the short id ${id.slice(0, 8)}`);
      const { Plaintext } = await breaker.call((abortSignal) =>
        translate(
          client.send(
            new DecryptCommand({
              KeyId: keyId,
              CiphertextBlob: blob,
              EncryptionContext: { custodia: context },
            }),
            { abortSignal },
          ),
        ),
      );
      return Buffer.from(Plaintext ?? []);
    },
  };
}

function shortId(keyId: string): string {
  return createHash('sha256').update(keyId).digest('hex').slice(0, 8);
}

async function translate<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const { name } = error as Error;
    if (REFUSALS.has(name)) throw unwrapFailed('it was altered or belongs elsewhere');
    throw new KeyStoreError(name, !FAULTS.has(name), error);
  }
}
