import { buildLink } from '../links.js';
import { formatMoment, layOut, type RenderedMail, type TemplateContext } from './layout.js';
import type { LinkParams } from './verify-email.js';

/** Goes to the new address of an account: the change takes place when its owner agrees. */
export function confirmEmailChange(params: LinkParams, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `Confirm your new e-mail address for ${serviceName}`,
      paragraphs: [`An account at ${serviceName} is to use this e-mail address from now on.`],
      action: {
        label: 'Use this address',
        url: buildLink(appUrl, 'confirm-email-change', params.token),
      },
      closing: [
        `The link works once, until ${formatMoment(params.expiresAt)}.`,
        'If you did not ask for this, ignore this message: nothing changes.',
      ],
    },
    context,
  );
}
