import { layOut, type RenderedMail, type TemplateContext } from './layout.js';
import { notMe } from './not-me.js';
import type { LinkParams } from './verify-email.js';

/** Tells that the secret of a session was used twice, by which a copy shows itself. */
export function sessionCopied(params: LinkParams, context: TemplateContext): RenderedMail {
  const { serviceName } = context;
  return layOut(
    {
      subject: `One of your sessions at ${serviceName} was ended`,
      paragraphs: [
        `A key of one of your sessions at ${serviceName} was used a second time, as happens when somebody has copied it. The session was ended; please sign in again.`,
        'If you know of no fault of an application of yours that explains it, lock everybody out:',
      ],
      ...notMe(params, context),
    },
    context,
  );
}
