import type { DataSubjectDecision, DataSubjectRequestType } from '../../database/generated/client.js';
import { NAME_OF, paragraphsOf, remediesOf } from './case-words.js';
import { layOut, type RenderedMail, type TemplateContext } from './layout.js';

const DECIDED: Readonly<Record<DataSubjectDecision, string>> = {
  GRANTED: 'All that you asked for was done.',
  PARTLY_GRANTED: 'A part of what you asked for was done.',
  REFUSED: 'What you asked for was refused: nothing was done.',
  WITHDRAWN: 'Nothing more will be done, since you no longer ask for it.',
};

export interface CaseDecidedParams {
  /** The case. */
  reference: string;
  type: DataSubjectRequestType;
  decision: DataSubjectDecision;
  /** What staff wrote to the person: why. */
  reason: string | null;
  /** What staff wrote to the person beside the reason. */
  answer: string | null;
}

/** Says what came of a request of a data subject: Art. 12(3) GDPR; a refusal with reasons and remedies: Art. 12(4). */
export function caseDecided(params: CaseDecidedParams, context: TemplateContext): RenderedMail {
  const { serviceName } = context;
  const { type, decision, reason, answer } = params;
  const isRefusal = decision === 'REFUSED' || decision === 'PARTLY_GRANTED';
  return layOut(
    {
      subject: `Your request about your data at ${serviceName} has been answered`,
      paragraphs: [
        `This is the answer of ${serviceName} to ${NAME_OF[type]}.`,
        DECIDED[decision],
        ...(answer === null ? [] : paragraphsOf(answer)),
        ...(reason === null ? [] : ['The reason:', ...paragraphsOf(reason)]),
        `Reference: ${params.reference}`,
      ],
      closing: isRefusal ? [remediesOf(type)] : [],
    },
    context,
  );
}
