import { createLog } from '../../src/log.js';
import type { Delivery } from '../../src/mail/delivery.js';
import { createMailTransport } from '../../src/mail/transport.js';
import { renderTemplate } from '../../src/mail/templates/templates.js';
import { createMailSetup, IN_AN_HOUR, MAIL_CONFIG } from './mail-setup.js';
import { createSmtpSink } from './smtp-sink.js';

let smtp: Awaited<ReturnType<typeof createSmtpSink>>;

beforeAll(async () => {
  smtp = await createSmtpSink();
});
afterAll(() => smtp.close());

function deliveryTo(to: Delivery['to']): Delivery {
  return {
    ...renderTemplate('reset-password', { token: 't', expiresAt: IN_AN_HOUR }, MAIL_CONFIG),
    template: 'reset-password',
    userId: '0b0e2a9c-8a8e-4e8c-9f3e-1f7a0f3f2f11',
    from: MAIL_CONFIG.mailFrom,
    to,
    messageId: 'id@mail.example.com',
    date: new Date(),
  };
}

test.each([
  ['a line break', 'Ada\r\nBcc: eve@example.com\r\nSubject: Hello'],
  ['a bare line feed', 'Ada\nBcc: eve@example.com'],
  ['a bare carriage return', 'Ada\rBcc: eve@example.com'],
  ['the line separators of Unicode', 'Ada\u2028Bcc: eve@example.com\u0085X: y'],
  ['a list of addresses', 'eve@example.com, ada'],
  ['an address in brackets', 'Ada <eve@example.com>'],
  ['a quote that ends the name', 'Ada" <eve@example.com>, "x'],
  ['a backslash at the end', 'Ada\\'],
  ['an encoded word', '=?utf-8?Q?Ada=0D=0ABcc:_eve@example.com?='],
  ['a group', 'friends: eve@example.com;'],
])('a name with %s reaches one recipient and adds no header', async (_what, name) => {
  const transport = createMailTransport({
    smtpUrl: smtp.url,
    dataDir: '/nonexistent',
    print: () => {},
    log: createLog('silent'),
  });
  smtp.received.length = 0;
  await transport.deliver(deliveryTo({ name, address: 'ada@example.com' }), AbortSignal.timeout(10_000));
  transport.close();
  const { envelope, parsed } = smtp.received[0]!;
  expect(envelope.to).toEqual(['ada@example.com']);
  expect(parsed.to).toMatchObject({ value: [{ address: 'ada@example.com' }] });
  expect([parsed.to].flat()).toHaveLength(1);
  expect(parsed.bcc).toBeUndefined();
  expect(parsed.cc).toBeUndefined();
  expect(parsed.subject).toBe('Choose a new password for Acme & Sons');
  expect(parsed.headerLines.map(({ key }) => key).sort()).toEqual([
    'auto-submitted',
    'content-type',
    'date',
    'from',
    'message-id',
    'mime-version',
    'subject',
    'to',
    'x-auto-response-suppress',
  ]);
});

test('what is not exactly one address is refused before it is stored', async () => {
  const setup = await createMailSetup();
  try {
    const userId = await setup.createUser('ada@example.com');
    const { mail } = await setup.startProcess({ deliver: () => Promise.resolve(), close: () => {} });
    const hostile = [
      'ada@example.com\r\nBcc: eve@example.com',
      'ada@example.com, eve@example.com',
      'ada@example.com eve@example.com',
      'Ada <ada@example.com>',
      '"ada@example.com"@evil.example',
      'ada@[eve@evil.example]',
      'friends: ada@example.com;',
      'ada',
      '',
    ];
    for (const address of hostile) {
      const attempt = setup.db.$transaction((tx) =>
        mail.sendLater(tx, { userId, to: { address }, template: 'password-changed', params: {} }),
      );
      await expect(attempt).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    expect(await setup.db.outgoingMail.count()).toBe(0);
  } finally {
    await setup.close();
  }
});
