import { formatMoment, layOut, type RenderedMail, type TemplateContext } from './layout.js';

export interface InactivityNoticeParams {
  /** RFC 3339; when the account will be deleted. */
  deletedAfter: string;
}

/** Tells the person that the account will be deleted for want of use, in time to prevent it. */
export function inactivityNotice(params: InactivityNoticeParams, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `Your account at ${serviceName} will be deleted`,
      paragraphs: [
        `Your account at ${serviceName} has not been used for a long time.`,
        `It will be deleted after ${formatMoment(params.deletedAfter)}. To keep it, sign in at ${appUrl} before then.`,
      ],
      closing: ['If you do not need it any more, there is nothing to do.'],
    },
    context,
  );
}
