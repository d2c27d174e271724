/**
 * Mutations that check a credential that can be guessed, hash a password, mail a way in, or begin a ceremony that
 * anybody can ask for. An operation may hold one of them. Those that take nothing but a mailed token are not among them: nobody guesses 256 bits.
 */
export const CREDENTIAL_MUTATIONS: ReadonlySet<string> = new Set([
  'register',
  'login',
  'completeMfa',
  'exchangeSocialLogin',
  'beginPasskeyLogin',
  'finishPasskeyLogin',
  'requestEmailVerification',
  'requestPasswordReset',
  'resetPassword',
  'acceptInvitation',
  'changePassword',
  'requestEmailChange',
  'reauthenticate',
  'confirmTotpEnrollment',
  'disableTotp',
  'regenerateRecoveryCodes',
]);
