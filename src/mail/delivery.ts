import type { RenderedMail } from './templates/layout.js';
import type { TemplateName } from './templates/templates.js';

export interface Mailbox {
  name?: string;
  address: string;
}

/** One finished mail to one recipient. */
export interface Delivery extends RenderedMail {
  template: TemplateName;
  /** The account that the mail belongs to. */
  userId: string;
  from: Mailbox;
  to: Mailbox;
  /** Without angle brackets; the same at each attempt, so that a receiver can recognise a repetition. */
  messageId: string;
  date: Date;
}

export interface MailTransport {
  /**
   * Hands the mail over. Rejects with PermanentFailure when the server refused this mail for good, with
   * another error when it may be tried again.
   */
  deliver(delivery: Delivery, signal: AbortSignal): Promise<void>;
  close(): void;
}
