import { layOut, type RenderedMail, type TemplateContext } from './layout.js';

interface Params {
  /** The provider’s name in the configuration. */
  provider: string;
}

/** Tells the owner that somebody at a provider can sign in to the account now. */
export function socialLoginLinked({ provider }: Params, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `You can now sign in to ${serviceName} with ${titleOf(provider)}`,
      paragraphs: [`Your account at ${serviceName} was linked with an account at ${titleOf(provider)}.`],
      closing: [
        'If that was you, there is nothing to do.',
        `If it was not, ask for a new password at ${appUrl} without delay, and take the link away once you are signed in.`,
      ],
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

const TITLES: Readonly<Record<string, string>> = { google: 'Google', github: 'GitHub' };

function titleOf(provider: string): string {
  return TITLES[provider] ?? provider;
}
