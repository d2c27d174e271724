import { layOut, type RenderedMail, type TemplateContext } from './layout.js';
import { notMe } from './not-me.js';
import type { LinkParams } from './verify-email.js';

/** Tells the owner that the password is another one, so that a thief's change does not go unnoticed. */
export function passwordChanged(params: Partial<LinkParams>, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  const { token, expiresAt } = params;
  const subject = `Your password at ${serviceName} was changed`;
  const changed = `The password of your account at ${serviceName} was changed.`;
  if (token === undefined || expiresAt === undefined) {
    // Queued by a release that sent no link along.
    const closing = `If it was not you, ask for a new password at ${appUrl} without delay: that ends every session.`;
    return layOut({ subject, paragraphs: [changed], closing: [closing] }, context);
  }
  const paragraphs = [
    changed,
    'If that was you, there is nothing to do. If it was not, lock the stranger out now:',
  ];
  return layOut({ subject, paragraphs, ...notMe({ token, expiresAt }, context) }, context);
}
