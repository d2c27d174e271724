import { layOut, type RenderedMail, type TemplateContext } from './layout.js';

/** Tells the owner that a recovery code was used: seldom done, and worth a look. */
export function recoveryCodeUsed(
  { codesLeft }: { codesLeft: number },
  context: TemplateContext,
): RenderedMail {
  const { serviceName, appUrl } = context;
  const left = codesLeft === 1 ? 'One code is' : `${codesLeft === 0 ? 'No' : codesLeft} codes are`;
  return layOut(
    {
      subject: `A recovery code of your account at ${serviceName} was used`,
      paragraphs: [
        `A recovery code took the place of the second step at your account at ${serviceName}. ${left} left.`,
      ],
      closing: [
        `If that was you and few are left, make new ones in your account at ${appUrl}.`,
        `If it was not, ask for a new password at ${appUrl} without delay: that ends every session of the account.`,
      ],
    },
    context,
  );
}
