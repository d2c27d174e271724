import { after, HOUR, type Clock } from '../../../clock.js';
import type { Config } from '../../../config.js';
import type { Transaction } from '../../../database/client.js';
import type { Mail } from '../../../mail/outbox.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import { describeClient } from './describe-client.js';
import type { MailedToken, OneTimeTokens } from '../one-time-tokens.js';

export interface ReportParts {
  clock: Clock;
  mail: Mail;
  tokens: Pick<OneTimeTokens, 'issue' | 'countSince'>;
  config: { guards: Pick<Config['guards'], 'mailsPerHour'> };
}

export type Reports = ReturnType<typeof createReports>;

/** Somebody to be told, while their account is locked. */
interface Owner {
  id: string;
  email: string;
}

/** What a person is told of their account by mail, each time with a link that says "this wasn't me". */
export function createReports({ clock, mail, tokens, config }: ReportParts) {
  /** The token of such a link, for any notice about a change of the ways in. The caller holds the account's lock. */
  function disownLink(tx: Transaction, { id, email }: Owner): Promise<MailedToken> {
    return tokens.issue(tx, { userId: id, purpose: 'DISOWN_ACTIVITY', email });
  }

  /**
   * Tells of a sign-in on a device that is not known. A program that signs in without keeping its device's token does
   * so all the time: the first few in an hour have said it.
   */
  async function newDevice(tx: Transaction, owner: Owner, { userAgent }: RequestOrigin): Promise<void> {
    const now = clock.now();
    const told = await tokens.countSince(tx, owner.id, 'DISOWN_ACTIVITY', after(now, -HOUR));
    if (told >= config.guards.mailsPerHour) return;
    const params = {
      ...(await disownLink(tx, owner)),
      at: now.toISOString(),
      client: describeClient(userAgent),
    };
    const to = { address: owner.email };
    await mail.sendLater(tx, { userId: owner.id, to, template: 'new-device', params });
  }

  /** Tells that a refresh token came twice, so that somebody else may have a copy, and that its session was ended. */
  async function tokenReused(tx: Transaction, owner: Owner): Promise<void> {
    const params = await disownLink(tx, owner);
    const to = { address: owner.email };
    await mail.sendLater(tx, { userId: owner.id, to, template: 'session-copied', params });
  }

  return { disownLink, newDevice, tokenReused };
}
