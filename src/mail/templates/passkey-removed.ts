import { layOut, type RenderedMail, type TemplateContext } from './layout.js';

/** Tells the owner that a way in to the account is gone. */
export function passkeyRemoved(_params: Record<string, never>, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `A passkey was removed from your account at ${serviceName}`,
      paragraphs: [
        `A passkey was removed from your account at ${serviceName}. Nobody can sign in with it any more.`,
      ],
      closing: [
        'If that was you, there is nothing to do.',
        `If it was not, sign in at ${appUrl} without delay and change your password: that ends every other session of the account.`,
      ],
    },
    context,
  );
}
