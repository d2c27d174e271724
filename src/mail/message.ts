import type { SendMailOptions } from 'nodemailer';
import type { Delivery, Mailbox } from './delivery.js';

/**
 * A delivery as nodemailer takes it. Mailboxes are objects: nodemailer parses a string as a list of
 * addresses, and a name such as `"a@example.com, b"` would divert the mail.
 */
export function toMessage(delivery: Delivery): SendMailOptions {
  return {
    from: toAddress(delivery.from),
    to: toAddress(delivery.to),
    subject: delivery.subject,
    text: delivery.text,
    html: delivery.html,
    messageId: `<${delivery.messageId}>`,
    date: delivery.date,
    headers: {
      'Auto-Submitted': 'auto-generated', // RFC 3834: no vacation notices in return
      'X-Auto-Response-Suppress': 'All', // the same for Microsoft Exchange
    },
  };
}

function toAddress({ name, address }: Mailbox): { name: string; address: string } {
  return { name: (name ?? '').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim(), address };
}
