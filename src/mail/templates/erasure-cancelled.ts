import { layOut, type RenderedMail, type TemplateContext } from './layout.js';

export interface ErasureCancelledParams {
  /** The erasure; missing in what a release before this one queued. */
  reference?: string;
}

/** The scheduled erasure of the account was cancelled. */
export function erasureCancelled(_params: ErasureCancelledParams, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  return layOut(
    {
      subject: `Your account at ${serviceName} will not be erased`,
      paragraphs: [
        `The erasure of your account at ${serviceName} was cancelled. Your account stays as it is.`,
      ],
      closing: [
        `If you did not cancel it, sign in at ${appUrl}, change your password, and ask for the erasure again.`,
      ],
    },
    context,
  );
}
