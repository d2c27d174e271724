import { formatMoment, layOut, type RenderedMail, type TemplateContext } from './layout.js';
import { notMe } from './not-me.js';
import type { LinkParams } from './verify-email.js';

export interface NewDeviceParams extends LinkParams {
  /** RFC 3339. */
  at: string;
  /** Of a fixed list, such as `Firefox on Windows`: never words that whoever signed in chose. */
  client: string;
}

/** Tells of a sign-in on a device that has not signed in to the account before. */
export function newDevice(params: NewDeviceParams, context: TemplateContext): RenderedMail {
  const { serviceName } = context;
  return layOut(
    {
      subject: `New sign-in to your account at ${serviceName}`,
      paragraphs: [
        `Somebody signed in to your account at ${serviceName} on a device that has not done so before: ${params.client}, on ${formatMoment(params.at)}.`,
        'If that was you, there is nothing to do. If it was not, lock the stranger out now:',
      ],
      ...notMe(params, context),
    },
    context,
  );
}
