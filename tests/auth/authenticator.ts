import { fromBase32 } from '../../src/security/second-factors/base32.js';
import { hotp, totpStepOf } from '../../src/security/second-factors/totp.js';
import type { MfaCaller } from '../../src/services/auth/mfa/mfa-parts.js';
import { ORIGIN, type AccountSetup } from '../identity/account-setup.js';
import type { FullServer } from '../setup/full-server.js';
import { codeOf } from './signed-in.js';

/** The code that an authenticator app shows at a moment, or `steps` half minutes later. */
export function codeAt(secret: string, moment: Date, steps = 0): string {
  return hotp(fromBase32(secret), totpStepOf(moment) + steps);
}

/** A code that is none of those around a moment. */
export function wrongCode(secret: string, moment: Date): string {
  const right = [-1, 0, 1].map((steps) => codeAt(secret, moment, steps));
  return ['000000', '111111', '222222', '333333'].find((code) => !right.includes(code)) ?? '';
}

/** An account of the services, its address verified, with an authenticator app, and the session that it was set up in. */
export async function enrolledUser(setup: AccountSetup, name: string) {
  const { email, userId } = await setup.newUser(name);
  await setup.db.user.update({ where: { id: userId }, data: { isVerified: true }, select: { id: true } });
  const { session } = await setup.logIn(email);
  const viewer = { userId, sessionId: session.id, authTime: setup.clock.now(), amr: ['pwd'] };
  const caller: MfaCaller = { viewer, origin: ORIGIN };
  const { secret } = await setup.mfa.beginTotpEnrollment(caller);
  const recoveryCodes = await setup.mfa.confirmTotpEnrollment(caller, codeAt(secret, setup.clock.now()));
  setup.clock.advance(60_000); // past the step that the first code took
  return { email, userId, caller, secret, recoveryCodes, code: () => codeAt(secret, setup.clock.now()) };
}

/** Sets up an authenticator app over GraphQL; answers its secret and the recovery codes. */
export async function enroll(server: FullServer, token: string) {
  const begun = await server.graphql('mutation { beginTotpEnrollment { secret otpauthUri } }', {}, token);
  const { secret } = (begun.data?.beginTotpEnrollment ?? {}) as { secret: string };
  if (!secret) throw new Error(`Enrolling answered ${String(codeOf(begun))}.`);
  const confirmed = await server.graphql(
    'mutation ($code: String!) { confirmTotpEnrollment(code: $code) { recoveryCodes } }',
    { code: codeAt(secret, new Date()) },
    token,
  );
  const { recoveryCodes } = confirmed.data?.confirmTotpEnrollment as { recoveryCodes: string[] };
  return { secret, recoveryCodes };
}

/** Lets the next code of the current half minute be accepted, as if the half minutes had passed. */
export async function letStepsPass(server: FullServer, userId: string): Promise<void> {
  await server.app.db.totpAuthenticator.update({ where: { userId }, data: { lastStep: null } });
}
