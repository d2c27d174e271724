import { layOut, type RenderedMail, type TemplateContext } from './layout.js';
import { notMe } from './not-me.js';
import type { LinkParams } from './verify-email.js';

/**
 * Tells the owner that there is a new way in to the account. What the passkey is called is not repeated: whoever added
 * it chose those words, and this mail must not carry a stranger's.
 */
export function passkeyAdded(params: Partial<LinkParams>, context: TemplateContext): RenderedMail {
  const { serviceName } = context;
  const { token, expiresAt } = params;
  return layOut(
    {
      subject: `A passkey was added to your account at ${serviceName}`,
      paragraphs: [
        `A passkey was added to your account at ${serviceName}. Whoever holds it can sign in without the password.`,
        'If that was you, there is nothing to do. If it was not, lock the stranger out now, and remove the passkey once you have signed in again.',
      ],
      closing: [],
      // A release before this one queued no link.
      ...(token === undefined || expiresAt === undefined ? {} : notMe({ token, expiresAt }, context)),
    },
    context,
  );
}
