import { systemClock } from '../../clock.js';
import { codeOf } from '../../security/second-factors/totp.js';
import {
  BeginTotpEnrollmentDocument,
  CompleteMfaDocument,
  ConfirmTotpEnrollmentDocument,
  DisableTotpDocument,
  LoginDocument,
} from '../generated/graphql.js';
import type { Caller, DemoClient } from './client.js';

interface Person {
  email: string;
  password: string;
  /** A device on which the person has just signed in. */
  signedIn: Caller;
  /** Another one. */
  device: string;
}

/**
 * Sets up an authenticator app, signs in with it as second factor, and switches it off again.
 *
 * @throws Error at the first answer that is not the expected one
 */
export async function useSecondFactor(client: DemoClient, { email, password, signedIn, device }: Person) {
  const begin = 'Set up an authenticator app';
  const { beginTotpEnrollment } = await client.operate(begin, signedIn, BeginTotpEnrollmentDocument, {});
  const secret = beginTotpEnrollment?.secret ?? '';
  const confirm = 'Confirm it with the code that it shows';
  const code = codeOf(secret, systemClock.now());
  const confirmed = await client.operate(confirm, signedIn, ConfirmTotpEnrollmentDocument, { code });
  const [first = '', second = ''] = confirmed.confirmTotpEnrollment?.recoveryCodes ?? [];
  const input = { email, password };
  const { login } = await client.operate('The password alone no longer does', { device }, LoginDocument, {
    input,
  });
  if (!login || !('challenge' in login)) throw new Error('No second factor was asked for.');
  // The app's code has just been used and works once; a recovery code need not wait for the next half minute.
  await client.operate('A recovery code completes the sign-in', { device }, CompleteMfaDocument, {
    input: { challenge: login.challenge, method: 'RECOVERY_CODE', code: first },
  });
  await client.operate('Switch it off again', signedIn, DisableTotpDocument, { code: second });
}
