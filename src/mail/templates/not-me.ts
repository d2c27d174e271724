import { buildLink } from '../links.js';
import { formatMoment, type MailContent, type TemplateContext } from './layout.js';
import type { LinkParams } from './verify-email.js';

/** The part of a notice that lets its reader say "this wasn't me". It leads to the server's own page. */
export function notMe(
  { token, expiresAt }: LinkParams,
  { publicUrl }: TemplateContext,
): Required<Pick<MailContent, 'action' | 'closing'>> {
  return {
    action: { label: 'This wasn’t me', url: buildLink(publicUrl, 'not-me', token) },
    closing: [
      `The link works once, until ${formatMoment(expiresAt)}. It ends every session of the account and makes its password void; a link to choose a new one is then sent to this address.`,
    ],
  };
}
