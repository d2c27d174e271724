import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { encodeCbor } from './encode-cbor.js';

// An authenticator in a few lines: ES256 keys, discoverable, no attestation. What a test wants to be wrong, it says.

/** The options of a ceremony, as far as an authenticator looks at them. */
export interface CeremonyOptions {
  challenge: string;
  rp?: { id: string };
  rpId?: string;
  user?: { id: string };
  excludeCredentials?: { id: string }[];
}

/** What an answer says otherwise than an honest one. */
export interface Deviation {
  challenge?: string;
  origin?: string;
  rpId?: string;
  type?: string;
  crossOrigin?: boolean;
  userPresent?: boolean;
  userVerified?: boolean;
  signCount?: number;
  userHandle?: string | null;
  /** Another credential's key signs. */
  signedBy?: Credential;
  attestation?: { fmt: string; attStmt: Map<string, unknown> };
}

export interface Credential {
  id: string;
  userHandle: string;
  privateKey: KeyObject;
  signCount: number;
}

const UP = 0x01;
const UV = 0x04;
const BE = 0x08;
const BS = 0x10;
const AT = 0x40;

/** An authenticator on pages of `origin`; `synced`: its keys are copied to other devices, and count nothing. */
export function createAuthenticator(origin: string, { synced = false }: { synced?: boolean } = {}) {
  const kind = synced ? BE | BS : 0;

  function clientData(type: string, options: CeremonyOptions, deviation: Deviation): Buffer {
    const { challenge = options.challenge, crossOrigin = false } = deviation;
    return Buffer.from(
      JSON.stringify({
        type: deviation.type ?? type,
        challenge,
        origin: deviation.origin ?? origin,
        crossOrigin,
      }),
    );
  }

  function authenticatorData(
    rpId: string,
    deviation: Deviation,
    signCount: number,
    attested?: Buffer,
  ): Buffer {
    const flags =
      (deviation.userPresent === false ? 0 : UP) |
      (deviation.userVerified === false ? 0 : UV) |
      kind |
      (attested ? AT : 0);
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(signCount);
    return Buffer.concat([
      sha256(deviation.rpId ?? rpId),
      Buffer.from([flags]),
      counter,
      attested ?? Buffer.alloc(0),
    ]);
  }

  /** `navigator.credentials.create`: a new credential and the answer that registers it. */
  function create(options: CeremonyOptions, deviation: Deviation = {}, given?: Credential) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const id = given?.id ?? randomBytes(16).toString('base64url');
    const credential: Credential = {
      id,
      userHandle: options.user?.id ?? '',
      privateKey,
      signCount: synced ? 0 : 1,
    };
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const cose = encodeCbor(
      new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    );
    const rawId = Buffer.from(id, 'base64url');
    const length = Buffer.from([rawId.length >> 8, rawId.length & 0xff]);
    const attested = Buffer.concat([Buffer.alloc(16), length, rawId, cose]);
    const authData = authenticatorData(options.rp?.id ?? '', deviation, credential.signCount, attested);
    const { fmt, attStmt } = deviation.attestation ?? { fmt: 'none', attStmt: new Map() };
    const attestationObject = encodeCbor(
      new Map<string, unknown>([
        ['fmt', fmt],
        ['attStmt', attStmt],
        ['authData', authData],
      ]),
    );
    const response = {
      clientDataJSON: clientData('webauthn.create', options, deviation).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal', 'hybrid', 'made-up'],
    };
    return {
      credential,
      answer: { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response },
    };
  }

  /** `navigator.credentials.get` with one credential: the answer that signs in. */
  function get(options: CeremonyOptions, credential: Credential, deviation: Deviation = {}) {
    if (!synced) credential.signCount = deviation.signCount ?? credential.signCount + 1;
    const authData = authenticatorData(options.rpId ?? '', deviation, credential.signCount);
    const data = clientData('webauthn.get', options, deviation);
    const { privateKey } = deviation.signedBy ?? credential;
    const signature = sign('sha256', Buffer.concat([authData, sha256(data)]), privateKey);
    const { userHandle = credential.userHandle } = deviation;
    const response = {
      clientDataJSON: data.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
      ...(userHandle === null ? {} : { userHandle }),
    };
    const { id } = credential;
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response };
  }

  return { create, get };
}

export type Authenticator = ReturnType<typeof createAuthenticator>;

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
