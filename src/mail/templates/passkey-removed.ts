import { layOut, type RenderedMail, type TemplateContext } from './layout.js';
import { notMe } from './not-me.js';
import type { LinkParams } from './verify-email.js';

/** Tells the owner that a way in to the account is gone. */
export function passkeyRemoved(params: Partial<LinkParams>, context: TemplateContext): RenderedMail {
  const { serviceName } = context;
  const { token, expiresAt } = params;
  return layOut(
    {
      subject: `A passkey was removed from your account at ${serviceName}`,
      paragraphs: [
        `A passkey was removed from your account at ${serviceName}. Nobody can sign in with it any more.`,
        'If that was you, there is nothing to do. If it was not, lock the stranger out now:',
      ],
      closing: [],
      // A release before this one queued no link.
      ...(token === undefined || expiresAt === undefined ? {} : notMe({ token, expiresAt }, context)),
    },
    context,
  );
}
