import type { Config } from '../../../../config.js';
import type { Database } from '../../../../database/client.js';
import type { Recipient } from './export-document.js';

export interface FindRecipientsParts {
  db: Database;
  config: Pick<Config, 'smtpUrl'>;
}

/** Who outside this server received data of a person (Art. 15(1)(c) GDPR), as far as the server knows. */
export function createFindRecipients({ db, config }: FindRecipientsParts) {
  return async function findRecipients(userId: string): Promise<Recipient[]> {
    const logins = await db.socialLogin.findMany({
      where: { userId },
      orderBy: { provider: 'asc' },
      select: { provider: true },
    });
    return [
      ...(config.smtpUrl === null
        ? []
        : [
            {
              name: `The mail server ${new URL(config.smtpUrl).hostname}`,
              purpose: 'Delivers mails to your address',
            },
          ]),
      ...logins.map(({ provider }) => ({
        name: `The sign-in provider ${provider}`,
        purpose: 'Vouches for you when you sign in with it, and learns that you did',
      })),
    ];
  };
}
