import { createTransport } from 'nodemailer';
import { SECOND } from '../clock.js';
import { PermanentFailure } from '../jobs/job-failure.js';
import type { Log } from '../log.js';
import { toMessage } from './message.js';
import type { MailTransport } from './delivery.js';

export interface SmtpTransportOptions {
  /** `smtp://user:password@host:587`, or `smtps://` for TLS from the start. */
  smtpUrl: string;
  log: Log;
}

/** Delivers to an SMTP server over a few connections that stay open between mails. */
export function createSmtpTransport({ smtpUrl, log }: SmtpTransportOptions): MailTransport {
  const transporter = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 2,
    maxRequeues: 0, // the outbox repeats, with its own delays
    idleTimeout: 30 * SECOND,
    dnsTimeout: 10 * SECOND,
    connectionTimeout: 10 * SECOND,
    greetingTimeout: 10 * SECOND,
    socketTimeout: 20 * SECOND,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  transporter.on('error', (err) => log.warn({ err }, 'A connection to the mail server was lost'));
  return {
    async deliver(delivery, signal) {
      try {
        await transporter.sendMail({ ...toMessage(delivery), signal });
      } catch (cause) {
        throw isRefusal(cause) ? new PermanentFailure('refused_by_mail_server', { cause }) : cause;
      }
    },
    close: () => transporter.close(),
  };
}

/** RFC 5321 §4.2.1: a 5yz reply to the envelope or the message is final. A failed sign-in to the server is not about the mail. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  if (code !== 'EENVELOPE' && code !== 'EMESSAGE') return false;
  return typeof responseCode === 'number' && responseCode >= 500;
}
