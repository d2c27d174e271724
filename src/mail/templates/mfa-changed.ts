import { layOut, type RenderedMail, type TemplateContext } from './layout.js';
import { notMe } from './not-me.js';
import type { LinkParams } from './verify-email.js';

const CHANGES = {
  'totp-on': 'From now on, signing in also asks for a code of an authenticator app.',
  'totp-replaced':
    'Signing in now asks for the codes of another authenticator app; the earlier one no longer works.',
  'totp-off': 'Signing in no longer asks for a code of an authenticator app.',
  removed: 'The operators of the service removed it, so that you can sign in again. Set up another one soon.',
  'address-proved':
    'You have just confirmed your address. What had been set up before then was removed, since somebody else might have done it. Set it up again.',
  'codes-renewed': 'The recovery codes were replaced by new ones; the earlier ones no longer work.',
} as const;

export interface MfaChangedParams extends Partial<LinkParams> {
  change: keyof typeof CHANGES;
}

/** Tells the owner that the second factor changed, so that a thief's change does not go unnoticed. */
export function mfaChanged(params: MfaChangedParams, context: TemplateContext): RenderedMail {
  const { serviceName } = context;
  const { change, token, expiresAt } = params;
  const paragraphs = [
    `The second step of signing in to your account at ${serviceName} was changed.`,
    CHANGES[change],
    'If that was you, there is nothing to do. If it was not, lock the stranger out now, and look at the second step again afterwards.',
  ];
  const subject = `Signing in to ${serviceName} has changed`;
  // A release before this one queued no link.
  if (token === undefined || expiresAt === undefined)
    return layOut({ subject, paragraphs, closing: [] }, context);
  return layOut({ subject, paragraphs, ...notMe({ token, expiresAt }, context) }, context);
}
