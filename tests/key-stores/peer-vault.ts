import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fault, readBody } from './peer-kms.js';

interface Call {
  plaintext?: string;
  ciphertext?: string;
  associated_data?: string;
}

/**
 * Speaks the part of the transit engine's HTTP API that the product uses, as Vault and OpenBao have it: encrypt, decrypt and
 * rotate of one AEAD key, with its versions.
 */
export async function startVaultPeer(mount: string, keyName: string) {
  const versions = [randomBytes(32)];
  let forgotten = 0;
  const peer = {
    calls: [] as string[],
    namespaces: [] as unknown[],
    fault: null as Fault,
    /** As Vault was before 1.13. */
    ignoresContext: false,
    token: 'hvs.example',
    url: '',
    rotate: () => void versions.push(randomBytes(32)),
    /** Refuses a version, as when `min_decryption_version` was raised too early; `remember` lowers it again. */
    forget: (version: number) => void (forgotten = version),
    remember: () => void (forgotten = 0),
    close,
  };
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      peer.calls.push(request.url ?? '');
      peer.namespaces.push(request.headers['x-vault-namespace']);
      if (peer.fault === 'silence') return;
      const [status, answer] =
        peer.fault !== null
          ? [peer.fault.status, { errors: [peer.fault.type] }]
          : request.headers['x-vault-token'] !== peer.token
            ? [403, { errors: ['permission denied'] }]
            : handle(request.method ?? '', request.url ?? '', JSON.parse(body) as Call);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
  });

  function handle(method: string, path: string, call: Call): [number, object] {
    const aad = Buffer.from(peer.ignoresContext ? '' : (call.associated_data ?? ''), 'base64');
    if (method === 'POST' && path === `/v1/${mount}/encrypt/${keyName}`) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', versions.at(-1)!, nonce).setAAD(aad);
      const body = Buffer.concat([
        cipher.update(Buffer.from(call.plaintext ?? '', 'base64')),
        cipher.final(),
      ]);
      const text = Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64');
      return [
        200,
        { data: { ciphertext: `vault:v${versions.length}:${text}`, key_version: versions.length } },
      ];
    }
    if (method === 'POST' && path === `/v1/${mount}/decrypt/${keyName}`) {
      const [, version, text] = /^vault:v(\d+):(.+)$/.exec(call.ciphertext ?? '') ?? [];
      const key = Number(version) <= forgotten ? undefined : versions[Number(version) - 1];
      const bytes = Buffer.from(text ?? '', 'base64');
      if (!key || bytes.length < 28) return [400, { errors: ['invalid ciphertext: unable to decode'] }];
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
          .setAAD(aad)
          .setAuthTag(bytes.subarray(-16));
        const plaintext = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
        return [200, { data: { plaintext: plaintext.toString('base64') } }];
      } catch {
        return [400, { errors: ['cipher: message authentication failed'] }];
      }
    }
    return [404, { errors: [] }];
  }

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  peer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return peer;
}
