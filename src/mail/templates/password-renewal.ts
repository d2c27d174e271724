import { layOut, type RenderedMail, type TemplateContext } from './layout.js';

/** Asks somebody to sign in or to choose a new password, which brings the password under the newest pepper. */
export function passwordRenewal(_params: Record<string, never>, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `Please sign in to ${serviceName} once`,
      paragraphs: [
        `We have renewed how ${serviceName} protects passwords. Yours moves to the new protection when you next sign in.`,
        `Please sign in at ${appUrl}, or ask there for a new password if you no longer know yours.`,
      ],
      closing: ['Nobody has tried to use your account; there is nothing else to do.'],
    },
    context,
  );
}
