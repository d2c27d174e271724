import { buildLink } from '../links.js';
import { titleOf } from './provider-title.js';
import { formatMoment, layOut, type RenderedMail, type TemplateContext } from './layout.js';

export interface LinkParams {
  /** The one-time token that the link carries. */
  token: string;
  /** RFC 3339; until when the link works. */
  expiresAt: string;
}

export interface VerifyEmailParams extends LinkParams {
  /** The provider by which the account was opened, by its name in the configuration. */
  provider?: string;
}

/**
 * Asks the owner of a new account to confirm the address. No mail greets by name: whoever registers a
 * foreign address would otherwise choose the words that reach its owner.
 */
export function verifyEmail(params: VerifyEmailParams, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `Confirm your e-mail address for ${serviceName}`,
      paragraphs: [
        `Somebody, probably you, opened an account at ${serviceName} with this e-mail address.`,
        ...(params.provider === undefined
          ? ['Please confirm that the address is yours.']
          : [
              `Whoever opened it signs in with an account at ${titleOf(params.provider)}. Please confirm only if that account is yours too.`,
            ]),
      ],
      action: { label: 'Confirm this address', url: buildLink(appUrl, 'verify-email', params.token) },
      closing: [
        `The link works once, until ${formatMoment(params.expiresAt)}.`,
        'If you did not open an account, ignore this message.',
      ],
    },
    context,
  );
}
