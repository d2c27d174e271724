import { formatMoment, layOut, type RenderedMail, type TemplateContext } from './layout.js';

export interface ErasureScheduledParams {
  /** RFC 3339. */
  scheduledFor: string;
  /** The erasure; missing in what a release before this one queued. */
  reference?: string;
}

/** Somebody asked for the erasure of the account, its owner or staff: whoever did not must learn of it in time. */
export function erasureScheduled(
  { scheduledFor }: ErasureScheduledParams,
  context: TemplateContext,
): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `Your account at ${serviceName} will be erased`,
      paragraphs: [
        `The erasure of your account at ${serviceName} was asked for. On ${formatMoment(scheduledFor)} everything about you is destroyed, and nothing can bring it back.`,
        'Until then your account works as before.',
      ],
      closing: [
        `To keep the account, sign in at ${appUrl} before that day and cancel the erasure. If you did not ask for it, change your password too.`,
      ],
    },
    context,
  );
}
