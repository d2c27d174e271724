import { buildLink } from '../links.js';
import { formatMoment, layOut, type RenderedMail, type TemplateContext } from './layout.js';
import type { LinkParams } from './verify-email.js';

/** Leads to the form for a new password. */
export function resetPassword(params: LinkParams, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `Choose a new password for ${serviceName}`,
      paragraphs: [`Somebody, probably you, asked for a new password for your account at ${serviceName}.`],
      action: { label: 'Choose a new password', url: buildLink(appUrl, 'reset-password', params.token) },
      closing: [
        `The link works once, until ${formatMoment(params.expiresAt)}. A new password ends every session of the account.`,
        'If you did not ask for it, ignore this message: your password stays as it is.',
      ],
    },
    context,
  );
}
