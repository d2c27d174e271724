import type { Database, Transaction } from '../database/client.js';
import { parseEmailAddress } from '../input/email-address.js';
import { MINUTE, SECOND } from '../clock.js';
import type { Jobs } from '../jobs/jobs.js';
import type { Log } from '../log.js';
import { SealedValueError } from '../privacy/privacy-errors.js';
import type { Mailbox, MailTransport } from './delivery.js';
import type { TemplateContext } from './templates/layout.js';
import { isTemplateName, renderTemplate, type TemplateCall } from './templates/templates.js';

export interface MailOptions {
  db: Database;
  jobs: Jobs;
  transport: MailTransport;
  config: TemplateContext & { mailFrom: Mailbox };
  log: Log;
  /** Seconds before the second attempt; doubled for each further one. */
  retryDelaySeconds?: number;
}

/** A mail to be sent: the account it belongs to, one recipient, a template with its parameters. */
export type MailOrder = { userId: string; to: Mailbox } & TemplateCall;

/** A mail that nobody will get: the mail server refused it for good, or was away for too long. */
export type LostMail = Pick<MailOrder, 'userId'> & { template: string; params: object };

export type Mail = ReturnType<typeof createMail>;

const SEND_JOB = 'mail.send';

/** What waits, sealed, in the column `message`. */
type StoredMessage = Pick<MailOrder, 'to' | 'params'>;

/**
 * The outbox: a mail is stored in the transaction whose consequence it is, and a job delivers it once that
 * has committed, at least once and always under the same Message-ID. It goes when it is delivered or given up.
 */
export function createMail({ db, jobs, transport, config, log, retryDelaySeconds }: MailOptions) {
  const domain = config.mailFrom.address.split('@').at(-1);

  async function deliver(mailId: string, signal: AbortSignal): Promise<void> {
    const row = await db.outgoingMail.findUnique({ where: { id: mailId } });
    if (row === null) return; // delivered before, or its account is gone
    // A template of a newer version: that version's process will know it at the next attempt.
    if (!isTemplateName(row.template)) throw new Error('This version has no such template.');
    const { to, params } = row.message as unknown as StoredMessage;
    await transport.deliver(
      {
        ...renderTemplate(row.template, params, config),
        template: row.template,
        userId: row.userId,
        from: config.mailFrom,
        to,
        messageId: `${row.id}@${domain}`,
        date: row.createdAt,
      },
      signal,
    );
    await remove(mailId);
    log.info({ mailId, template: row.template, userId: row.userId }, 'Mail delivered');
  }

  async function remove(mailId: string, tx: Pick<Transaction, 'outgoingMail'> = db): Promise<void> {
    await tx.outgoingMail.deleteMany({ where: { id: mailId } });
  }

  let noteLost = (_tx: Transaction, _mail: LostMail): Promise<void> => Promise.resolve();

  async function giveUp(mailId: string): Promise<void> {
    const row = await db.outgoingMail.findUnique({ where: { id: mailId } }).catch((error: unknown) => {
      if (error instanceof SealedValueError) return null; // nobody can be told what it was
      throw error;
    });
    await db.$transaction(async (tx) => {
      if (row) {
        const { userId, template, message } = row;
        await noteLost(tx, { userId, template, params: (message as unknown as StoredMessage).params });
      }
      await remove(mailId, tx);
    });
  }

  jobs.handle(SEND_JOB, (data, { signal }) => deliver(String(data.mailId), signal), {
    concurrency: 2,
    expireInSeconds: MINUTE / SECOND,
    ...(retryDelaySeconds === undefined ? {} : { retryDelaySeconds }),
    onDead: async ({ mailId }) => {
      await giveUp(String(mailId));
      log.error({ mailId }, 'A mail could not be delivered and was given up');
    },
  });

  return {
    /** Calls `note` for each mail that is given up, in the transaction that removes it. */
    onLost(note: typeof noteLost): void {
      noteLost = note;
    },

    /**
     * Sends a mail once `tx` has committed.
     *
     * @throws AppError BAD_USER_INPUT when the recipient is not exactly one address
     */
    async sendLater(tx: Transaction, { userId, to, template, params }: MailOrder): Promise<void> {
      const recipient: Mailbox = { ...to, address: parseEmailAddress(to.address, 'email') };
      const message = { to: { ...recipient }, params: { ...params } } satisfies StoredMessage;
      const { id } = await tx.outgoingMail.create({
        data: { userId, template, message },
        select: { id: true },
      });
      await jobs.enqueue(tx, SEND_JOB, { mailId: id });
    },
  };
}
