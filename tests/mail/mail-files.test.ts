import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { createLog } from '../../src/log.js';
import type { Delivery } from '../../src/mail/delivery.js';
import { removeMailFiles } from '../../src/mail/file-transport.js';
import { renderTemplate } from '../../src/mail/templates/templates.js';
import { createMailTransport } from '../../src/mail/transport.js';
import { IN_AN_HOUR, MAIL_CONFIG } from './mail-setup.js';

const TOKEN = 'cst_ot_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ_1a2b3c';
const USER_ID = '0b0e2a9c-8a8e-4e8c-9f3e-1f7a0f3f2f11';
const LINK = `https://app.example.com/verify-email?token=${TOKEN}`;

let dataDir: string;
const printed: string[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'custodia-mail-'));
  printed.length = 0;
});
afterEach(() => rm(dataDir, { recursive: true }));

function delivery(): Delivery {
  return {
    ...renderTemplate('verify-email', { token: TOKEN, expiresAt: IN_AN_HOUR }, MAIL_CONFIG),
    template: 'verify-email',
    userId: USER_ID,
    from: MAIL_CONFIG.mailFrom,
    to: { name: 'Ünal Çelik', address: 'unal@example.com' },
    messageId: 'id@mail.example.com',
    date: new Date('2026-11-23T14:04:05Z'),
  };
}

test('without a mail server each mail becomes a file that mail programs open, for its owner only', async () => {
  const transport = createMailTransport({
    smtpUrl: null,
    dataDir,
    print: (line) => printed.push(line),
    log: createLog('silent'),
  });
  const signal = AbortSignal.timeout(10_000);
  await Promise.all([1, 2, 3].map(() => transport.deliver(delivery(), signal)));

  const files = await readdir(join(dataDir, 'mail'));
  expect(files).toHaveLength(3);
  for (const name of files) {
    expect(name).toMatch(/^\d{8}T\d{6}\.\d{3}Z-[0-9a-f-]{36}-verify-email(-\d)?\.eml$/);
    const file = join(dataDir, 'mail', name);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const parsed = await simpleParser(await readFile(file));
    expect(parsed.to).toMatchObject({ value: [{ name: 'Ünal Çelik', address: 'unal@example.com' }] });
    expect(parsed.text).toContain(LINK);
    expect(parsed.html).toContain(`href="${LINK}"`);
    expect(parsed.date?.toISOString()).toBe('2026-11-23T14:04:05.000Z');
    expect(printed.join('\n')).toContain(file);
  }
  expect((await stat(join(dataDir, 'mail'))).mode & 0o777).toBe(0o700);
  expect(printed.filter((line) => line.trim() === LINK)).toHaveLength(3);
  expect(printed.join('\n')).not.toContain('unal@');
});

test('the mails of one account can be removed, and those of others stay', async () => {
  const transport = createMailTransport({
    smtpUrl: null,
    dataDir,
    print: () => undefined,
    log: createLog('silent'),
  });
  const signal = AbortSignal.timeout(10_000);
  const other = randomUUID();
  await removeMailFiles(dataDir, USER_ID); // before there is a folder
  for (const userId of [USER_ID, other, USER_ID]) await transport.deliver({ ...delivery(), userId }, signal);
  await removeMailFiles(dataDir, USER_ID);
  const left = await readdir(join(dataDir, 'mail'));
  expect(left).toHaveLength(1);
  expect(left[0]).toContain(other);
});
