import type { DataSubjectRequestType } from '../../database/generated/client.js';
import { NAME_OF } from './case-words.js';
import { formatMoment, layOut, type RenderedMail, type TemplateContext } from './layout.js';

export interface CaseReceivedParams {
  /** The case. */
  reference: string;
  type: DataSubjectRequestType;
  /** RFC 3339. */
  receivedAt: string;
  /** RFC 3339. */
  dueAt: string;
  /** The request was entered when its date had passed. */
  isLate: boolean;
}

/** Acknowledges a request of a data subject, and says by when it is answered. */
export function caseReceived(params: CaseReceivedParams, context: TemplateContext): RenderedMail {
  const { serviceName, appUrl } = context;
  const due = formatMoment(params.dueAt);
  return layOut(
    {
      subject: `Your request about your data at ${serviceName} has arrived`,
      paragraphs: [
        `On ${formatMoment(params.receivedAt)} ${serviceName} received ${NAME_OF[params.type]}.`,
        params.isLate
          ? `The answer was due by ${due} and is late. You will be told as soon as it is there.`
          : `You will have the answer by ${due}. Should it take longer, you will be told why before then.`,
        `Reference: ${params.reference}`,
      ],
      closing: [
        `If you did not ask for this, tell ${serviceName}. If somebody asked for it from your account, sign in at ${appUrl} and change your password.`,
      ],
    },
    context,
  );
}
