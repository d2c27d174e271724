import { buildLink } from '../links.js';
import { formatMoment, layOut, type RenderedMail, type TemplateContext } from './layout.js';
import type { LinkParams } from './verify-email.js';

/** Tells somebody that an account was opened for them, and leads to the form for its first password. */
export function invitation(params: LinkParams, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `Your account at ${serviceName}`,
      paragraphs: [
        `An account at ${serviceName} was opened for you with this e-mail address.`,
        'Choose a password to use it.',
      ],
      action: { label: 'Choose a password', url: buildLink(appUrl, 'accept-invitation', params.token) },
      closing: [
        `The link works once, until ${formatMoment(params.expiresAt)}.`,
        'If you did not expect this, ignore this message: without a password nobody can use the account.',
      ],
    },
    context,
  );
}
