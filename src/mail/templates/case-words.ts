import type { DataSubjectRequestType } from '../../database/generated/client.js';

/** What the person asked for, as the mails about it say. */
export const NAME_OF: Readonly<Record<DataSubjectRequestType, string>> = {
  ACCESS: 'your request to be told what is held about you',
  PORTABILITY: 'your request to get your data in a form that machines read',
  ERASURE: 'your request to have your data erased',
  RECTIFICATION: 'your request to have wrong data about you corrected',
  RESTRICTION: 'your request to have the use of your data restricted',
  OBJECTION: 'your objection to a use of your data',
  CCPA_KNOW: 'your request to know what is held about you',
  CCPA_DELETE: 'your request to have your data deleted',
  CCPA_CORRECT: 'your request to have wrong data about you corrected',
  CCPA_OPT_OUT: 'your request that your data be neither sold nor shared',
};

/** Where somebody can turn who does not agree: Art. 12(4) GDPR. The CCPA has another authority. */
export function remediesOf(type: DataSubjectRequestType): string {
  return type.startsWith('CCPA_')
    ? 'If you do not agree, you may complain to the California Privacy Protection Agency or to the Attorney General of California.'
    : 'If you do not agree, you may lodge a complaint with a supervisory authority for data protection, in particular where you live, where you work or where you think the law was broken (Art. 77 GDPR), and you may go to court (Art. 79 GDPR).';
}

/** The lines of what somebody wrote, as paragraphs. */
export function paragraphsOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
