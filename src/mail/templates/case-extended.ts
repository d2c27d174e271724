import type { DataSubjectRequestType } from '../../database/generated/client.js';
import { NAME_OF, paragraphsOf } from './case-words.js';
import { formatMoment, layOut, type RenderedMail, type TemplateContext } from './layout.js';

export interface CaseExtendedParams {
  /** The case. */
  reference: string;
  type: DataSubjectRequestType;
  /** RFC 3339; the later date. */
  dueAt: string;
  /** What staff wrote to the person. */
  reason: string;
}

/** Says that a request of a data subject takes longer, until when, and why: Art. 12(3) GDPR. */
export function caseExtended(params: CaseExtendedParams, context: TemplateContext): RenderedMail {
  const { serviceName } = context;
  return layOut(
    {
      subject: `Your request about your data at ${serviceName} takes longer`,
      paragraphs: [
        `The answer to ${NAME_OF[params.type]} takes longer than ${serviceName} told you. You will have it by ${formatMoment(params.dueAt)}.`,
        'The reason:',
        ...paragraphsOf(params.reason),
        `Reference: ${params.reference}`,
      ],
      closing: [],
    },
    context,
  );
}
