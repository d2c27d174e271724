import type { Privacy } from '../../privacy/privacy.js';
import { createChangePassword } from './passwords/change-password.js';
import { createEmailChange } from './addresses/change-email.js';
import { createClaimAccount } from './passwords/claim-account.js';
import { createCredentials } from './sign-in/check-credentials.js';
import { createFindUsers } from './accounts/find-users.js';
import type { IdentityParts } from './identity-parts.js';
import { createImportAccounts } from './accounts/import-accounts.js';
import { createOneTimeTokens } from './one-time-tokens.js';
import { createInvitations } from './registration/invite-user.js';
import { createRecordSignIn } from './sign-in/record-sign-in.js';
import { createRegister } from './registration/register.js';
import { createReservations } from './addresses/reserved-addresses.js';
import { createPasswordReset } from './passwords/reset-password.js';
import { createRoles } from './accounts/roles.js';
import { createSearchUsers } from './accounts/search-users.js';
import { createSetPassword } from './passwords/set-password.js';
import { createDeletions } from './accounts/delete-account.js';
import { createDisown } from './sign-in/disown-activity.js';
import { createStaffRights } from './accounts/staff-rights.js';
import { createSuspensions } from './accounts/suspend-account.js';
import { createSocialLinks } from './accounts/social-link.js';
import { createSocialSignIn } from './social/social-sign-in.js';
import { createVerification } from './addresses/verify-email.js';
import { createWaysIn } from './sign-in/ways-in.js';

/**
 * Who exists and how they prove it. Every operation that changes something does so in one transaction together
 * with its audit event and its mail.
 */
export function createIdentityService(parts: IdentityParts & { privacy: Privacy }) {
  const tokens = createOneTimeTokens(parts);
  const reservations = createReservations(parts);
  const credentials = createCredentials(parts);
  const verification = createVerification({ ...parts, tokens });
  const setPassword = createSetPassword({ ...parts, tokens });
  const claim = createClaimAccount(parts);
  const disown = createDisown({ ...parts, tokens });
  const links = createSocialLinks(parts);
  const passwordReset = createPasswordReset({ ...parts, tokens, setPassword, claim, links });
  const roles = createRoles(parts);
  const waysIn = createWaysIn(parts);
  const emailChange = createEmailChange({ ...parts, tokens, credentials, reservations, disown });

  return {
    ...createFindUsers(parts),
    ...createSearchUsers(parts),
    ...roles,
    ...createStaffRights({ ...parts, roles }),
    ...createSuspensions(parts),
    ...createDeletions(parts),
    ...createInvitations({ ...parts, tokens, reservations }),
    register: createRegister({ ...parts, verification, reservations }),
    requestEmailVerification: verification.request,
    verifyEmail: verification.verify,
    checkCredentials: credentials.check,
    requirePassword: credentials.requirePassword,
    ...createRecordSignIn({ ...parts, credentials }),
    ...waysIn,
    social: createSocialSignIn({
      ...parts,
      ...waysIn,
      claim,
      credentials,
      reservations,
      verification,
      links,
    }),
    changePassword: createChangePassword({ ...parts, credentials, setPassword }),
    requestPasswordReset: passwordReset.request,
    resetPassword: passwordReset.reset,
    requestEmailChange: emailChange.request,
    confirmEmailChange: emailChange.confirm,
    undoEmailChange: emailChange.undo,
    imports: createImportAccounts(parts),
    disownActivity: disown.disown,
    disownLink: parts.reports.disownLink,
    discardSpentTokens: tokens.discardSpent,
    /** What new passwords are held against. */
    passwordPolicy: parts.policy,
  };
}

export type IdentityService = ReturnType<typeof createIdentityService>;
