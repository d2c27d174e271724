import { layOut, type RenderedMail, type TemplateContext } from './layout.js';

const CHANGES = {
  'totp-on': 'From now on, signing in also asks for a code of an authenticator app.',
  'totp-replaced':
    'Signing in now asks for the codes of another authenticator app; the earlier one no longer works.',
  'totp-off': 'Signing in no longer asks for a code of an authenticator app.',
  removed: 'The operators of the service removed it, so that you can sign in again. Set up another one soon.',
  'codes-renewed': 'The recovery codes were replaced by new ones; the earlier ones no longer work.',
} as const;

/** Tells the owner that the second factor changed, so that a thief's change does not go unnoticed. */
export function mfaChanged(
  { change }: { change: keyof typeof CHANGES },
  context: TemplateContext,
): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `Signing in to ${serviceName} has changed`,
      paragraphs: [
        `The second step of signing in to your account at ${serviceName} was changed.`,
        CHANGES[change],
      ],
      closing: [
        'If that was you, there is nothing to do.',
        `If it was not, ask for a new password at ${appUrl} without delay: that ends every session of the account. Then look at the second step again.`,
      ],
    },
    context,
  );
}
