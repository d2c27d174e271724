import type { RequestOrigin } from '../../security/requests/request-context.js';
import type { PasswordPolicyText } from './form.js';

export interface PagesOptions {
  /** What pressing a page's button does; each throws AppError, TOKEN_INVALID above all. */
  verifyEmail: (token: string, origin: RequestOrigin) => Promise<unknown>;
  resetPassword: (token: string, newPassword: string, origin: RequestOrigin) => Promise<unknown>;
  confirmEmailChange: (token: string, origin: RequestOrigin) => Promise<unknown>;
  undoEmailChange: (token: string, origin: RequestOrigin) => Promise<unknown>;
  disownActivity: (token: string, origin: RequestOrigin) => Promise<unknown>;
  acceptInvitation: (token: string, newPassword: string, origin: RequestOrigin) => Promise<unknown>;
  serviceName: string;
  passwordPolicy: PasswordPolicyText;
}

export interface Page {
  path: string;
  heading: string;
  explanation: string;
  /** Its links lead to the server even where an SPA has pages for all others. */
  always?: boolean;
  button: string;
  asksForPassword: boolean;
  /** Shown when the button's work is done. */
  doneHeading: string;
  doneText: string;
  spend: (token: string, newPassword: string, origin: RequestOrigin) => Promise<unknown>;
}

/** The pages behind the links of mails. Opening one never spends its token, pressing its button does: mail scanners open links. */
export function listPages(options: PagesOptions): Page[] {
  return [
    {
      path: '/verify-email',
      heading: 'Confirm your e-mail address',
      explanation: 'Press the button to confirm that this e-mail address is yours.',
      button: 'Confirm this address',
      asksForPassword: false,
      doneHeading: 'Address confirmed',
      doneText: 'Thank you. You can close this page.',
      spend: (token, _newPassword, origin) => options.verifyEmail(token, origin),
    },
    {
      path: '/reset-password',
      heading: 'Choose a new password',
      explanation: 'The new password ends every session of your account; sign in again with it afterwards.',
      button: 'Set this password',
      asksForPassword: true,
      doneHeading: 'Password changed',
      doneText:
        'Every session of your account was ended. You can close this page and sign in with the new password.',
      spend: options.resetPassword,
    },
    {
      path: '/confirm-email-change',
      heading: 'Use this e-mail address',
      explanation: 'Press the button to make this the e-mail address of your account.',
      button: 'Use this address',
      asksForPassword: false,
      doneHeading: 'Address changed',
      doneText:
        'Sign in with this address from now on. The old address, if it had been confirmed, was told and can undo the change for 72 hours.',
      spend: (token, _newPassword, origin) => options.confirmEmailChange(token, origin),
    },
    {
      path: '/undo-email-change',
      heading: 'Undo the change of your e-mail address',
      explanation:
        'Press the button to restore the address at which you received the link. It ends every session of your account and makes its password void.',
      button: 'Undo the change',
      asksForPassword: false,
      doneHeading: 'Change undone',
      doneText: 'Your account uses this address again. A link to choose a new password is on its way to it.',
      spend: (token, _newPassword, origin) => options.undoEmailChange(token, origin),
    },
    {
      path: '/not-me',
      heading: 'This wasn’t you?',
      explanation:
        'Press the button to lock everybody out: every session of your account ends, and its password does not work any more. A link to choose a new one is then mailed to you.',
      button: 'This wasn’t me',
      asksForPassword: false,
      always: true,
      doneHeading: 'Everybody is locked out',
      doneText:
        'Every session of your account was ended. Choose a new password by the link that is on its way to you. If you were told that the e-mail address of the account was changed, undo that first, by the link of that message.',
      spend: (token, _newPassword, origin) => options.disownActivity(token, origin),
    },
    {
      path: '/accept-invitation',
      heading: 'Welcome',
      explanation: 'An account was opened for you. Choose a password to use it.',
      button: 'Set this password',
      asksForPassword: true,
      doneHeading: 'Your account is ready',
      doneText: 'You can close this page and sign in with your e-mail address and this password.',
      spend: options.acceptInvitation,
    },
  ];
}
