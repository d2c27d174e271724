import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export const CREDENTIALS = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
export const REGION = 'eu-central-1';

interface Call {
  KeyId?: string;
  Plaintext?: string;
  CiphertextBlob?: string;
  EncryptionContext?: Record<string, string>;
}

/** How the peer misbehaves: answers with this status, or not at all. */
export type Fault = { status: number; type: string } | 'silence' | null;

/** Speaks the part of AWS KMS's JSON 1.1 protocol that the product uses, and checks the signature (SigV4) of each call. */
export async function startKmsPeer(keyIds: readonly string[]) {
  const keys = new Map(keyIds.map((id) => [id, randomBytes(32)]));
  const peer = { calls: [] as string[], contexts: [] as string[], fault: null as Fault, url: '', close };
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const operation = String(request.headers['x-amz-target']).replace('TrentService.', '');
      peer.calls.push(operation);
      if (peer.fault === 'silence') return;
      const [status, answer] =
        peer.fault !== null
          ? [peer.fault.status, { __type: peer.fault.type, message: 'told to' }]
          : !isSigned(request, body)
            ? [400, { __type: 'IncompleteSignatureException', message: 'signature' }]
            : handle(operation, JSON.parse(body) as Call);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(answer));
    });
  });

  function handle(operation: string, call: Call): [number, object] {
    peer.contexts.push(JSON.stringify(call.EncryptionContext));
    const context = Buffer.from(JSON.stringify(call.EncryptionContext ?? {}));
    if (operation === 'Encrypt') {
      const key = keys.get(call.KeyId ?? '');
      if (!key) return [400, { __type: 'NotFoundException', message: 'no such key' }];
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context);
      const body = Buffer.concat([
        cipher.update(Buffer.from(call.Plaintext ?? '', 'base64')),
        cipher.final(),
      ]);
      const blob = Buffer.concat([Buffer.from(call.KeyId!.padEnd(40)), nonce, body, cipher.getAuthTag()]);
      return [200, { CiphertextBlob: blob.toString('base64'), KeyId: call.KeyId }];
    }
    const blob = Buffer.from(call.CiphertextBlob ?? '', 'base64');
    const named = blob.subarray(0, 40).toString().trim();
    const key = keys.get(named);
    if (!key) return [400, { __type: 'InvalidCiphertextException' }];
    if (call.KeyId !== undefined && call.KeyId !== named) return [400, { __type: 'IncorrectKeyException' }];
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, blob.subarray(40, 52), { authTagLength: 16 })
        .setAAD(context)
        .setAuthTag(blob.subarray(-16));
      const plaintext = Buffer.concat([decipher.update(blob.subarray(52, -16)), decipher.final()]);
      return [200, { Plaintext: plaintext.toString('base64'), KeyId: named }];
    } catch {
      return [400, { __type: 'InvalidCiphertextException' }];
    }
  }

  async function close(): Promise<void> {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  peer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return peer;
}

/** AWS Signature Version 4, recomputed from the request. */
function isSigned(request: IncomingMessage, body: string): boolean {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/kms\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, id, day = '', region = '', signed = '', signature] =
    form.exec(request.headers.authorization ?? '') ?? [];
  if (id !== CREDENTIALS.id || region !== REGION) return false;
  const headers = signed.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = ['POST', '/', '', headers.join(''), signed, sha256(body)].join('\n');
  const at = String(request.headers['x-amz-date']);
  const toSign = ['AWS4-HMAC-SHA256', at, `${day}/${region}/kms/aws4_request`, sha256(canonical)].join('\n');
  const key = [day, region, 'kms', 'aws4_request'].reduce<Buffer>(
    (above, part) => createHmac('sha256', above).update(part).digest(),
    Buffer.from(`AWS4${CREDENTIALS.secret}`),
  );
  return createHmac('sha256', key).update(toSign).digest('hex') === signature;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
