import { layOut, type RenderedMail, type TemplateContext } from './layout.js';

/** Tells the owner that the password is another one, so that a thief's change does not go unnoticed. */
export function passwordChanged(_params: Record<string, never>, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `Your password at ${serviceName} was changed`,
      paragraphs: [`The password of your account at ${serviceName} was changed.`],
      closing: [
        'If that was you, there is nothing to do.',
        `If it was not, ask for a new password at ${appUrl} without delay: that ends every session of the account.`,
      ],
    },
    context,
  );
}
