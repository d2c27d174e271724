import { layOut, type RenderedMail, type TemplateContext } from './layout.js';
import { notMe } from './not-me.js';
import { titleOf } from './provider-title.js';
import type { LinkParams } from './verify-email.js';

interface Params {
  /** The provider’s name in the configuration. */
  provider: string;
}

/** Tells the owner that somebody at a provider can sign in to the account now. */
export function socialLoginLinked(
  { provider, token, expiresAt }: Params & Partial<LinkParams>,
  context: TemplateContext,
): RenderedMail {
  const { serviceName } = context;
  return layOut(
    {
      subject: `You can now sign in to ${serviceName} with ${titleOf(provider)}`,
      paragraphs: [
        `Your account at ${serviceName} was linked with an account at ${titleOf(provider)}.`,
        'If that was you, there is nothing to do. If it was not, lock the stranger out now: the link goes too.',
      ],
      closing: [],
      // A release before this one queued no link.
      ...(token === undefined || expiresAt === undefined ? {} : notMe({ token, expiresAt }, context)),
    },
    context,
  );
}

/** Tells the owner that nobody signs in to the account by way of the provider any more. */
export function socialLoginUnlinked({ provider }: Params, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `${titleOf(provider)} is no longer linked with your account at ${serviceName}`,
      paragraphs: [
        `Your account at ${serviceName} can no longer be signed in to with the account at ${titleOf(provider)}.`,
      ],
      closing: [
        'If that was you, there is nothing to do.',
        `If it was not, ask for a new password at ${appUrl} without delay: that ends every session of the account.`,
      ],
    },
    context,
  );
}
