import type { AddressInfo } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

interface ReceivedMail {
  envelope: { from: string; to: string[] };
  raw: string;
  parsed: ParsedMail;
}

/** An SMTP server that keeps what it receives and can refuse it, go away and come back. */
export async function createSmtpSink() {
  const received: ReceivedMail[] = [];
  const refusals: { code: number; text: string }[] = [];
  let server = createServer();
  let port = 0;

  function createServer(): SMTPServer {
    const created = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      logger: false,
      closeTimeout: 50,
      onRcptTo({ address }, _session, callback) {
        const refusal = refusals.shift();
        if (refusal === undefined) return callback();
        callback(Object.assign(new Error(`${refusal.text} <${address}>`), { responseCode: refusal.code }));
      },
      onData(stream, session, callback) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const raw = Buffer.concat(chunks);
          const { mailFrom, rcptTo } = session.envelope;
          const envelope = {
            from: mailFrom === false ? '' : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
          };
          void simpleParser(raw).then((parsed) => {
            received.push({ envelope, raw: raw.toString(), parsed });
            callback();
          });
        });
      },
    });
    created.on('error', () => {}); // connections that a test cut
    return created;
  }

  async function open(): Promise<void> {
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.server.address() as AddressInfo).port;
  }

  async function close(): Promise<void> {
    await new Promise<void>((resolve) => server.close(resolve));
  }

  await open();
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    /** Answers the next recipients with these codes, one each. */
    refuseNext(...codes: number[]): void {
      refusals.push(...codes.map((code) => ({ code, text: 'No mail today for' })));
    },
    async goAway(): Promise<void> {
      await close();
      server = createServer();
    },
    comeBack: open,
    close,
  };
}
