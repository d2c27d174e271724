import { buildLink } from '../links.js';
import { formatMoment, layOut, type RenderedMail, type TemplateContext } from './layout.js';
import type { LinkParams } from './verify-email.js';

/** Goes to the old address once a change took place. The new address is not named. */
export function emailChangeNotice(params: LinkParams, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `Your e-mail address at ${serviceName} was changed`,
      paragraphs: [
        `Your account at ${serviceName} now uses another e-mail address.`,
        'If that was you, there is nothing to do. If it was not, undo the change now:',
      ],
      action: { label: 'Undo the change', url: buildLink(appUrl, 'undo-email-change', params.token) },
      closing: [
        `The link works once, until ${formatMoment(params.expiresAt)}. It restores this address, ends every session and makes the password void; a link to choose a new one is then sent to this address.`,
      ],
    },
    context,
  );
}
