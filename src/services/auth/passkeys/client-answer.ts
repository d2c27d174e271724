import type { JsonObject } from '../../../input/json-object.js';

// What the library does not look at. These throw plain errors, for `web-authn.ts`, which says why the library is
// loaded late, to turn into one code.
const loadHelpers = () => import('@simplewebauthn/server/helpers');

/**
 * Refuses an answer that was made in a frame of another site's page (Web Authentication, §13.4.9): people would not
 * know whom they sign in to.
 */
export async function refuseForeignPage(response: JsonObject): Promise<void> {
  const { clientDataJSON } = inner(response);
  if (typeof clientDataJSON !== 'string') throw new Error('There are no client data.');
  const { decodeClientDataJSON } = await loadHelpers();
  const { crossOrigin } = decodeClientDataJSON(clientDataJSON);
  if (crossOrigin === true) throw new Error('The page was within one of another site.');
}

/**
 * Refuses certificates, which nobody asked for: checking them would make the server fetch revocation lists from
 * addresses that the client chooses. `none` and self-attestation have none.
 */
export async function refuseForeignAttestation(response: JsonObject): Promise<void> {
  const { attestationObject } = inner(response);
  if (typeof attestationObject !== 'string') throw new Error('There is no attestation object.');
  const { decodeAttestationObject, isoBase64URL } = await loadHelpers();
  const decoded = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
  const format = decoded.get('fmt');
  const isSelfMade = format === 'packed' && !decoded.get('attStmt').get('x5c');
  if (format !== 'none' && !isSelfMade) throw new Error('An attestation was not asked for.');
}

function inner(response: JsonObject): JsonObject {
  if (
    typeof response.response !== 'object' ||
    response.response === null ||
    Array.isArray(response.response)
  ) {
    throw new Error('There is no response.');
  }
  return response.response;
}
