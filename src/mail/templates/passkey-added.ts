import { layOut, type RenderedMail, type TemplateContext } from './layout.js';

/**
 * Tells the owner that there is a new way in to the account. What the passkey is called is not repeated: whoever added
 * it chose those words, and this mail must not carry a stranger's.
 */
export function passkeyAdded(_params: Record<string, never>, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `A passkey was added to your account at ${serviceName}`,
      paragraphs: [
        `A passkey was added to your account at ${serviceName}. Whoever holds it can sign in without the password.`,
      ],
      closing: [
        'If that was you, there is nothing to do.',
        `If it was not, sign in at ${appUrl} without delay, remove the passkey, and change your password: that ends every other session of the account.`,
      ],
    },
    context,
  );
}
