import { setTimeout as sleep } from 'node:timers/promises';
import { sealedSql } from '../../src/database/sealed-sql.js';
import type { MailTransport } from '../../src/mail/delivery.js';
import { createMailTransport } from '../../src/mail/transport.js';
import { createLog } from '../../src/log.js';
import { until } from '../jobs/job-setup.js';
import { createMailSetup, IN_AN_HOUR, type MailSetup } from './mail-setup.js';
import { createSmtpSink } from './smtp-sink.js';

let setup: MailSetup;
let smtp: Awaited<ReturnType<typeof createSmtpSink>>;
let transport: MailTransport;
let userId: string;

const order = {
  to: { name: 'Ada Lovelace', address: 'lovelace@example.com' },
  template: 'verify-email',
  params: { token: 'canary-token', expiresAt: IN_AN_HOUR },
} as const;

beforeEach(async () => {
  setup = await createMailSetup();
  smtp = await createSmtpSink();
  transport = createSmtpTransport();
  userId = await setup.createUser('lovelace@example.com');
});

afterEach(async () => {
  transport.close();
  await setup.close();
  await smtp.close();
});

function createSmtpTransport(): MailTransport {
  return createMailTransport({
    smtpUrl: smtp.url,
    dataDir: '/nonexistent',
    print: () => {},
    log: createLog('silent'),
  });
}

async function outboxIsEmpty(): Promise<boolean> {
  return (await setup.db.outgoingMail.count()) === 0;
}

test('a mail goes out once its transaction has committed, and its row goes with it', async () => {
  const { mail } = await setup.startProcess(transport);
  await setup.db.$transaction((tx) => mail.sendLater(tx, { userId, ...order }));
  await until(outboxIsEmpty);
  expect(smtp.received).toHaveLength(1);
  const { envelope, parsed } = smtp.received[0]!;
  expect(envelope).toEqual({ from: 'no-reply@mail.example.com', to: ['lovelace@example.com'] });
  expect(parsed.from?.value).toEqual([{ name: 'Acme & Sons', address: 'no-reply@mail.example.com' }]);
  expect(parsed.to).toMatchObject({ value: [{ name: 'Ada Lovelace', address: 'lovelace@example.com' }] });
  expect(parsed.subject).toBe('Confirm your e-mail address for Acme & Sons');
  expect(parsed.text).toContain('https://app.example.com/verify-email?token=canary-token');
  expect(parsed.html).toContain('href="https://app.example.com/verify-email?token=canary-token"');
  expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
  expect(parsed.messageId).toMatch(/^<[0-9a-f-]{36}@mail\.example\.com>$/);
});

test('a rolled back transaction sends nothing', async () => {
  const { mail } = await setup.startProcess(transport);
  const attempt = setup.db.$transaction(async (tx) => {
    await mail.sendLater(tx, { userId, ...order });
    throw new Error('changed my mind');
  });
  await expect(attempt).rejects.toThrow('changed my mind');
  await setup.db.$transaction((tx) =>
    mail.sendLater(tx, { userId, to: order.to, template: 'password-changed', params: {} }),
  );
  await until(() => smtp.received.length > 0);
  await until(outboxIsEmpty);
  expect(smtp.received.map(({ parsed }) => parsed.subject)).toEqual([
    'Your password at Acme & Sons was changed',
  ]);
});

test('a mail to an account that is gone by then is not sent', async () => {
  const { mail } = await setup.startProcess(transport);
  await setup.db.$transaction(async (tx) => {
    await mail.sendLater(tx, { userId, ...order });
    await tx.user.delete({ where: { id: userId } });
  });
  await sleep(400);
  expect(smtp.received).toEqual([]);
});

test('two processes deliver each mail once', async () => {
  const second = createSmtpTransport();
  const [{ mail }] = await Promise.all([setup.startProcess(transport), setup.startProcess(second)]);
  const tokens = Array.from({ length: 20 }, (_, index) => `token-${index}`);
  for (const token of tokens) {
    const params = { ...order.params, token };
    await setup.db.$transaction((tx) => mail.sendLater(tx, { userId, ...order, params }));
  }
  await until(outboxIsEmpty);
  await sleep(200);
  const sent = smtp.received.map(({ parsed }) => /token=(\S+)/.exec(parsed.text ?? '')?.[1]);
  expect(sent.sort()).toEqual(tokens.sort());
  second.close();
});

test('a mail waits while the server is away', async () => {
  await smtp.goAway();
  const { mail } = await setup.startProcess(transport);
  await setup.db.$transaction((tx) => mail.sendLater(tx, { userId, ...order }));
  await until(() => setup.lines.some(({ msg }) => msg === 'An attempt of a job failed'));
  expect(await outboxIsEmpty()).toBe(false);
  await smtp.comeBack();
  await until(outboxIsEmpty);
  expect(smtp.received).toHaveLength(1);
});

test('a temporary refusal (451) is tried again under the same Message-ID', async () => {
  smtp.refuseNext(451);
  const { mail } = await setup.startProcess(transport);
  const row = await setup.db.$transaction(async (tx) => {
    await mail.sendLater(tx, { userId, ...order });
    return tx.outgoingMail.findFirstOrThrow({ select: { id: true } });
  });
  await until(outboxIsEmpty);
  expect(smtp.received.map(({ parsed }) => parsed.messageId)).toEqual([`<${row.id}@mail.example.com>`]);
  expect(setup.lines).toContainEqual(
    expect.objectContaining({ job: 'mail.send', attempt: 1, level: 'warn' }),
  );
});

test('a final refusal (550) is given up at once, logged without the address', async () => {
  smtp.refuseNext(550);
  const { mail } = await setup.startProcess(transport);
  await setup.db.$transaction((tx) => mail.sendLater(tx, { userId, ...order }));
  await until(outboxIsEmpty);
  expect(smtp.received).toEqual([]);
  expect(setup.lines).toContainEqual(
    expect.objectContaining({ level: 'error', msg: 'A mail could not be delivered and was given up' }),
  );
  expect(setup.lines).toContainEqual(
    expect.objectContaining({ job: 'mail.send', attempt: 1, reason: 'refused_by_mail_server' }),
  );
  expect(JSON.stringify(setup.lines)).not.toMatch(/lovelace|canary/i);
  expect(await everythingStored()).not.toMatch(/lovelace|canary/i);
});

test('a mail whose process stopped while delivering it is delivered by another', async () => {
  const hanging: MailTransport = { deliver: () => new Promise(() => {}), close: () => {} };
  const first = await setup.startProcess(hanging);
  await setup.db.$transaction((tx) => first.mail.sendLater(tx, { userId, ...order }));
  await until(async () => (await jobStates()).includes('active'));
  await first.jobs.stop({ timeout: 100 });
  await setup.startProcess(transport);
  await until(outboxIsEmpty);
  expect(smtp.received).toHaveLength(1);
});

test('neither recipient, nor link, nor any other part of a mail lies in the database in clear', async () => {
  await smtp.goAway();
  const { mail } = await setup.startProcess(transport);
  await setup.db.$transaction((tx) => mail.sendLater(tx, { userId, ...order }));
  await until(() => setup.lines.some(({ msg }) => msg === 'An attempt of a job failed'));
  const stored = await everythingStored();
  expect(stored).toContain('verify-email');
  expect(stored).toContain('mail.send');
  expect(stored).not.toMatch(/lovelace|canary|example/i);
});

async function everythingStored(): Promise<string> {
  const rows = await setup.db.$queryRawUnsafe(
    sealedSql(
      'hot read',
      `SELECT row_to_json(m)::text AS row FROM outgoing_mails m
       UNION ALL SELECT row_to_json(j)::text FROM pgboss.job j
       UNION ALL SELECT row_to_json(a)::text FROM pgboss.archive a`,
    ),
  );
  return JSON.stringify(rows);
}

async function jobStates(): Promise<string[]> {
  const rows = await setup.db.$queryRaw<{ state: string }[]>`SELECT state::text AS state FROM pgboss.job`;
  return rows.map(({ state }) => state);
}
