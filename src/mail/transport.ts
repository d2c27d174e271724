import type { Log } from '../log.js';
import type { MailTransport } from './delivery.js';
import { createFileTransport } from './file-transport.js';
import { createSmtpTransport } from './smtp-transport.js';

export interface TransportOptions {
  /** null: each mail becomes a file. */
  smtpUrl: string | null;
  /** Absolute path; mail files go to its folder `mail`. */
  dataDir: string;
  /** Shows a line on the console, where whoever develops looks for the link of a mail. */
  print: (line: string) => void;
  log: Log;
}

/** SMTP where there is a server, files otherwise. */
export function createMailTransport({ smtpUrl, dataDir, print, log }: TransportOptions): MailTransport {
  return smtpUrl === null ? createFileTransport({ dataDir, print }) : createSmtpTransport({ smtpUrl, log });
}
