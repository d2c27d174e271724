import { readFile } from 'node:fs/promises';
import { SECOND } from '../../clock.js';
import { decodeCanonical } from '../aead.js';
import { type KeyEncryption, unwrapFailed } from '../key-encryption.js';
import { type CircuitBreaker, createCircuitBreaker } from './circuit-breaker.js';
import { KeyStoreError } from './key-store-error.js';

export interface VaultTransitOptions {
  address: string;
  /** The name of a transit key of an AEAD type (`aes256-gcm96` is Vault's default). */
  transitKey: string;
  /** Where the secrets engine is mounted, usually `transit`. */
  mount: string;
  namespace: string | null;
  /** A file is read anew for each call: an agent renews it. */
  token: { value: string } | { file: string };
  breaker?: CircuitBreaker;
}

const FORMAT = 't1';
const CIPHERTEXT = /^vault:(v[1-9][0-9]{0,6}):([A-Za-z0-9+/]+={0,2})$/;
const REFUSED = /message authentication failed|invalid ciphertext|decrypt|base64/i;

/**
 * Wraps by the transit engine of HashiCorp Vault or OpenBao as `t1.v<version of the key>.<base64url>`: Vault's
 * `vault:v<version>:<base64>` in the spelling of the other formats. The context is transit's `associated_data`,
 * so the key must be of an AEAD type, which AES-GCM and ChaCha20-Poly1305 are.
 */
export async function openVaultTransit(options: VaultTransitOptions): Promise<KeyEncryption> {
  const { address, transitKey, mount, namespace, token, breaker = createCircuitBreaker() } = options;
  // Loaded here, so that servers without it do not pay for it.
  const { default: createClient } = await import('node-vault');
  const client = createClient({
    endpoint: address,
    namespace: namespace ?? undefined,
    token: 'value' in token ? token.value : undefined,
    requestOptions: { timeout: 2 * SECOND },
    debug: () => undefined, // it would print the keys it is handed
  });
  let latest = 'v1';

  async function send(operation: 'encrypt' | 'decrypt', body: Record<string, string>): Promise<unknown> {
    return breaker.call(async () => {
      if ('file' in token) client.token = (await readToken(token.file)).trim();
      try {
        const answer = (await client.write(`${mount}/${operation}/${transitKey}`, body)) as {
          data?: unknown;
        };
        return answer.data;
      } catch (error) {
        throw translate(error);
      }
    });
  }

  return {
    format: FORMAT,
    get activeKeyId() {
      return latest;
    },
    async wrap(key, context) {
      const answer = await send('encrypt', {
        plaintext: key.toString('base64'),
        associated_data: toBase64(context),
      });
      const [, version, body] = CIPHERTEXT.exec(textOf(answer, 'ciphertext')) ?? [];
      if (!version || !body) throw new KeyStoreError('unknown ciphertext', false);
      latest = version;
      return `${FORMAT}.${version}.${Buffer.from(body, 'base64').toString('base64url')}`;
    },
    async unwrap(wrapped, context) {
      const [, version = '', body = '', ...rest] = wrapped.split('.');
      const bytes = rest.length > 0 ? null : decodeCanonical(body);
      const ciphertext = `vault:${version}:${bytes?.toString('base64') ?? ''}`;
      if (!CIPHERTEXT.test(ciphertext)) throw unwrapFailed('it is no wrapped key');
      const answer = await send('decrypt', { ciphertext, associated_data: toBase64(context) });
      return Buffer.from(textOf(answer, 'plaintext'), 'base64');
    },
  };
}

async function readToken(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new KeyStoreError('VAULT_TOKEN_FILE cannot be read', true, error);
  }
}

function translate(error: unknown): Error {
  const { response, code } = error as { response?: { statusCode: number; body?: unknown }; code?: string };
  if (!response) return new KeyStoreError(code ?? 'no answer', true);
  const status = response.statusCode;
  const said = JSON.stringify(response.body ?? '');
  if (status === 400 && REFUSED.test(said) && !said.includes('associated')) {
    return unwrapFailed('it was altered or belongs elsewhere');
  }
  return new KeyStoreError(`HTTP ${status}`, status >= 500 || status === 429 || status === 412);
}

function textOf(answer: unknown, name: string): string {
  const value = (answer as Record<string, unknown> | undefined)?.[name];
  if (typeof value !== 'string') throw new KeyStoreError('unknown answer', false);
  return value;
}

function toBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
