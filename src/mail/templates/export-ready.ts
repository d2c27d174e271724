import { formatMoment, layOut, type RenderedMail, type TemplateContext } from './layout.js';

export interface ExportReadyParams {
  /** RFC 3339; until when the copy can be fetched. */
  expiresAt: string;
  /** The export; missing in what a release before this one queued. */
  reference?: string;
}

/** Tells the person that the copy of their data is there. It carries no link to it: only who signs in gets one. */
export function exportReady({ expiresAt }: ExportReadyParams, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `The copy of your data at ${serviceName} is ready`,
      paragraphs: [
        `A copy of everything that ${serviceName} holds about you is ready.`,
        `Sign in at ${appUrl} and fetch it until ${formatMoment(expiresAt)}. After that it is deleted.`,
      ],
      closing: [
        'If you did not ask for it, sign in, end the sessions you do not know and change your password.',
      ],
    },
    context,
  );
}
