import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SECOND } from '../../clock.js';

const PATIENCE = 15 * SECOND;
const PAUSE = 100;

/** Reads the mails that a server without SMTP_URL writes into its data folder. */
export function createMailbox(dataDir: string) {
  const folder = join(dataDir, 'mail');

  async function findLink(address: string, template: string): Promise<URL | null> {
    const files = (await readdir(folder).catch(() => [])).filter((name) => name.includes(`-${template}`));
    for (const file of files.sort().reverse()) {
      const mail = decode(await readFile(join(folder, file), 'latin1'));
      const link = mail.includes(address) ? /https?:\/\/[^\s"<]+[?&]token=[\w-]+/.exec(mail)?.[0] : undefined;
      if (link) return new URL(link);
    }
    return null;
  }

  return {
    /**
     * The link of the newest mail of this kind to this address; waits until there is one.
     * @throws Error when none comes within 15 seconds
     */
    async waitForLink(address: string, template: string): Promise<URL> {
      const deadline = Date.now() + PATIENCE;
      for (;;) {
        const link = await findLink(address, template);
        if (link) return link;
        if (Date.now() > deadline) {
          throw new Error(
            `No mail "${template}" came to ${folder}. Run the demo with the DATA_DIR of the server; with SMTP_URL set, mails are not files.`,
          );
        }
        await sleep(PAUSE);
      }
    },
  };
}

export type Mailbox = ReturnType<typeof createMailbox>;

/** Undoes the quoted-printable encoding (RFC 2045 §6.7) as far as links and addresses need it. */
function decode(mail: string): string {
  return mail
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
