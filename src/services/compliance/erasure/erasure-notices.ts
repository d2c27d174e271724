import { randomUUID } from 'node:crypto';
import { MINUTE, SECOND, type Clock } from '../../../clock.js';
import type { Database, Transaction } from '../../../database/client.js';
import type { Jobs } from '../../../jobs/jobs.js';
import type { SignStatement } from '../../../security/signing-keys/signed-statement.js';

const TELL_JOB = 'erasure.tell';
const ANSWER_TIMEOUT = 10 * SECOND;
/** RFC 8417: a Security Event Token. */
const EVENT_TYPE = 'secevent+jwt';
/** OpenID RISC Profile 1.0, section 2.2: the account was permanently deleted. */
const ACCOUNT_PURGED = 'https://schemas.openid.net/secevent/risc/event-type/account-purged';

/** One system that is told of an erasure, and what it answered (Art. 19 GDPR). */
export interface ErasureNoticeRecord {
  readonly id: string;
  /** The URL that is told. */
  readonly receiver: string;
  readonly attempts: number;
  readonly lastAttemptAt: Date | null;
  /** HTTP status of the last answer; null when none came. */
  readonly lastStatus: number | null;
  readonly acknowledgedAt: Date | null;
}

const COLUMNS = {
  id: true,
  receiver: true,
  attempts: true,
  lastAttemptAt: true,
  lastStatus: true,
  acknowledgedAt: true,
} as const;

export interface NoticeParts {
  db: Database;
  jobs: Jobs;
  sign: SignStatement;
  clock: Clock;
  config: { publicUrl: string; erasureWebhookUrls: string[] };
  /** Seconds before the second attempt; doubled for each further one. */
  retryDelaySeconds?: number;
}

export type ErasureNotices = ReturnType<typeof createErasureNotices>;

/**
 * Tells other systems that somebody was erased (Art. 19 GDPR) by pushing a Security Event Token (RFC 8417,
 * RFC 8935) that names the account by id alone and is signed with a key of the JWKS. An answer of 2xx is the
 * acknowledgement; anything else is tried again with growing delay for about two days.
 */
export function createErasureNotices(parts: NoticeParts) {
  const { db, jobs, sign, clock, config, retryDelaySeconds = 10 } = parts;

  /** Notes whom to tell, in the transaction that destroys the data. */
  async function prepare(tx: Transaction, erasureId: string): Promise<void> {
    const data = config.erasureWebhookUrls.map((receiver) => ({ id: randomUUID(), erasureId, receiver }));
    if (data.length > 0) await tx.erasureNotice.createMany({ data, skipDuplicates: true });
  }

  /** Enqueues what has not been acknowledged. To be told twice does no harm: the event keeps its id. */
  async function sendAll(erasureId: string): Promise<void> {
    const open = await db.erasureNotice.findMany({
      where: { erasureId, acknowledgedAt: null },
      select: { id: true },
    });
    await db.$transaction(async (tx) => {
      for (const { id } of open) await jobs.enqueue(tx, TELL_JOB, { noticeId: id });
    });
  }

  /** Tells one system. Rejects when it does not acknowledge, so that the job is tried again. */
  async function tell(noticeId: string, signal: AbortSignal): Promise<void> {
    const notice = await db.erasureNotice.findUnique({
      where: { id: noticeId },
      select: { ...COLUMNS, erasure: { select: { userId: true } } },
    });
    if (notice === null || notice.acknowledgedAt !== null) return;
    const { jws } = await sign(EVENT_TYPE, eventOf(notice.id, notice.receiver, notice.erasure.userId));
    const status = await post(notice.receiver, jws, signal);
    const acknowledged = status !== null && status >= 200 && status < 300;
    const now = clock.now();
    await db.erasureNotice.update({
      where: { id: noticeId },
      data: {
        attempts: { increment: 1 },
        lastAttemptAt: now,
        lastStatus: status,
        ...(acknowledged ? { acknowledgedAt: now } : {}),
      },
      select: { id: true },
    });
    if (!acknowledged) throw new Error('A system that was told of an erasure did not acknowledge it.');
  }

  function eventOf(id: string, receiver: string, userId: string): object {
    return {
      iss: config.publicUrl,
      aud: receiver,
      jti: id,
      iat: Math.floor(clock.now().getTime() / 1_000),
      sub_id: { format: 'iss_sub', iss: config.publicUrl, sub: userId },
      events: { [ACCOUNT_PURGED]: {} },
    };
  }

  /** Who was told of these erasures, by erasure. */
  async function findNotices(erasureIds: readonly string[]): Promise<ErasureNoticeRecord[][]> {
    const rows = await db.erasureNotice.findMany({
      where: { erasureId: { in: [...erasureIds] } },
      orderBy: { receiver: 'asc' },
      select: { ...COLUMNS, erasureId: true },
    });
    return erasureIds.map((id) => rows.filter((row) => row.erasureId === id));
  }

  jobs.handle(TELL_JOB, (data, { signal }) => tell(String(data.noticeId), signal), {
    concurrency: 2,
    retryLimit: 14,
    retryDelaySeconds,
    expireInSeconds: MINUTE / SECOND,
  });

  return { prepare, sendAll, findNotices };
}

/** The answer's status; null when there was none. */
async function post(url: string, body: string, signal: AbortSignal): Promise<number | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': `application/${EVENT_TYPE}`, accept: 'application/json' },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT)]),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null; // no connection, or no answer in time
  }
}
