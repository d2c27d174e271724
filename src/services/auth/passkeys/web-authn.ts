import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Config } from '../../../config.js';
import type { JsonObject } from '../../../input/json-object.js';
import { CEREMONY_LIFETIME, type TakenCeremony } from './ceremonies.js';
import { refuseForeignPage, refuseForeignAttestation } from './client-answer.js';

/** Ed25519, ECDSA with P-256 and RSA with SHA-256, in the order of preference (COSE identifiers). */
const ALGORITHMS = [-8, -7, -257];
const TRANSPORTS: readonly string[] = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];
/** Web Authentication, §7.1 step 25. */
const MAX_CREDENTIAL_ID_BYTES = 1023;

/** With its parsers of certificates it takes longer to load than the whole server; many never need it. */
const loadLibrary = () => import('@simplewebauthn/server');

/** How a browser is told which passkey is meant. */
export interface PasskeyHint {
  credentialId: string;
  transports: string[];
}

/** What an authenticator answered when a passkey was made. */
export interface NewCredential extends PasskeyHint {
  /** COSE, base64url. */
  publicKey: string;
  signCount: bigint;
  isSynced: boolean;
}

/** What is known of a passkey that signs. */
export interface KnownCredential extends PasskeyHint {
  userId: string;
  publicKey: string;
  isSynced: boolean;
}

export type WebAuthn = ReturnType<typeof createWebAuthn>;

/**
 * The rules of Web Authentication (Level 3, §7), which the library carries out: answers of pages at the configured
 * origins, for the configured domain, with the person verified by the authenticator. Attestation is not asked for:
 * who made the authenticator is not our business.
 */
export function createWebAuthn({ passkeys, serviceName }: Pick<Config, 'passkeys' | 'serviceName'>) {
  const { rpId, origins } = passkeys;

  /** The options for `navigator.credentials.create`. */
  async function creationOptions(
    challenge: Uint8Array<ArrayBuffer>,
    user: { id: string; name: string },
    existing: readonly PasskeyHint[],
  ): Promise<JsonObject> {
    const { generateRegistrationOptions } = await loadLibrary();
    const options = await generateRegistrationOptions({
      rpName: serviceName,
      rpID: rpId,
      userID: userHandleOf(user.id),
      userName: user.name,
      userDisplayName: user.name,
      challenge,
      timeout: CEREMONY_LIFETIME,
      attestationType: 'none',
      excludeCredentials: existing.map(toDescriptor),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      supportedAlgorithmIDs: ALGORITHMS,
    });
    return toJson(options);
  }

  /** The options for `navigator.credentials.get`; without `allowed` the authenticator offers what it has. */
  async function requestOptions(
    challenge: Uint8Array<ArrayBuffer>,
    allowed: readonly PasskeyHint[] = [],
  ): Promise<JsonObject> {
    const { generateAuthenticationOptions } = await loadLibrary();
    const options = await generateAuthenticationOptions({
      rpID: rpId,
      challenge,
      timeout: CEREMONY_LIFETIME,
      userVerification: 'required',
      ...(allowed.length > 0 ? { allowCredentials: allowed.map(toDescriptor) } : {}),
    });
    return toJson(options);
  }

  /** Checks the answer of `navigator.credentials.create`; null when it does not hold. */
  async function checkCreation(response: JsonObject, taken: TakenCeremony): Promise<NewCredential | null> {
    const { verifyRegistrationResponse } = await loadLibrary();
    return unlessRefused(async () => {
      await refuseForeignPage(response);
      await refuseForeignAttestation(response);
      const { registrationInfo } = await verifyRegistrationResponse({
        response: response as unknown as RegistrationResponseJSON,
        expectedChallenge: taken.isChallenge,
        expectedOrigin: origins,
        expectedRPID: rpId,
        requireUserVerification: true,
        supportedAlgorithmIDs: ALGORITHMS,
      });
      if (!registrationInfo) throw new Error('The attestation does not hold.');
      const { credential, credentialDeviceType } = registrationInfo;
      if (Buffer.from(credential.id, 'base64url').length > MAX_CREDENTIAL_ID_BYTES) {
        throw new Error('The credential id is too long.');
      }
      if (response.id !== credential.id) throw new Error('The credential has two ids.');
      return {
        credentialId: credential.id,
        publicKey: Buffer.from(credential.publicKey).toString('base64url'),
        signCount: BigInt(credential.counter),
        transports: knownTransports(credential.transports),
        isSynced: credentialDeviceType === 'multiDevice',
      };
    });
  }

  /**
   * Checks the answer of `navigator.credentials.get` against a passkey. Its counter is left to the caller: a
   * regression says something only once the signature holds.
   *
   * @returns the counter; null when the answer does not hold
   */
  async function checkSignature(
    response: JsonObject,
    known: KnownCredential,
    taken: TakenCeremony,
  ): Promise<bigint | null> {
    const { verifyAuthenticationResponse } = await loadLibrary();
    return unlessRefused(async () => {
      await refuseForeignPage(response);
      const { userHandle } = response.response as JsonObject;
      const isOwn = userHandle === Buffer.from(userHandleOf(known.userId)).toString('base64url');
      if (!isOwn && userHandle !== undefined && userHandle !== null) throw new Error('The user is another.');
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response: response as unknown as AuthenticationResponseJSON,
        expectedChallenge: taken.isChallenge,
        expectedOrigin: origins,
        expectedRPID: rpId,
        credential: {
          id: known.credentialId,
          publicKey: new Uint8Array(Buffer.from(known.publicKey, 'base64url')),
          counter: 0,
        },
        requireUserVerification: true,
      });
      if (!verified) throw new Error('The signature does not hold.');
      const isSynced = authenticationInfo.credentialDeviceType === 'multiDevice';
      if (isSynced !== known.isSynced) throw new Error('The kind of passkey has changed.');
      return BigInt(authenticationInfo.newCounter);
    });
  }

  return { creationOptions, requestOptions, checkCreation, checkSignature };
}

/**
 * What the authenticator keeps of the account: the 16 bytes of its random id. They say nothing about the person
 * (§14.6.1), and a second passkey in one authenticator replaces the first instead of standing beside it.
 */
function userHandleOf(userId: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(userId.replaceAll('-', ''), 'hex'));
}

function toDescriptor({ credentialId, transports }: PasskeyHint) {
  return { id: credentialId, transports: transports as AuthenticatorTransport[] };
}

function knownTransports(given: unknown): string[] {
  if (!Array.isArray(given)) return [];
  return TRANSPORTS.filter((transport) => given.includes(transport));
}

/** As it travels: without the properties that are undefined. */
function toJson(options: object): JsonObject {
  return JSON.parse(JSON.stringify(options)) as JsonObject;
}

/** The library and the checks beside it throw errors that quote the answer: nobody is shown them. */
async function unlessRefused<T>(check: () => Promise<T>): Promise<T | null> {
  try {
    return await check();
  } catch {
    return null;
  }
}
