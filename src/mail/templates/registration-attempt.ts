import { layOut, type RenderedMail, type TemplateContext } from './layout.js';

/** For concealed accounts: the address is taken, and only its owner learns that. */
export function registrationAttempt(_params: Record<string, never>, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `You already have an account at ${serviceName}`,
      paragraphs: [
        `Somebody, perhaps you, tried to open an account at ${serviceName} with this e-mail address, which has one already.`,
      ],
      closing: [
        `If that was you, sign in at ${appUrl}, or ask for a new password there.`,
        'If it was not, there is nothing to do: nothing changed, and nobody learnt that you have an account.',
      ],
    },
    context,
  );
}
