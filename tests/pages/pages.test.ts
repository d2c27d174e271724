import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify';
import { AppError, badInput } from '../../src/errors.js';
import { createLog } from '../../src/log.js';
import { registerPages } from '../../src/http/pages/register-pages.js';
import { addSecurityHeaders } from '../../src/http/security-headers.js';

type Call = [action: string, ...values: unknown[]];

const calls: Call[] = [];
let failWith: Error | null = null;
let app: FastifyInstance;

async function spend(...call: Call): Promise<void> {
  calls.push(call);
  if (failWith !== null) throw failWith;
}

beforeAll(async () => {
  app = Fastify();
  addSecurityHeaders(app, { publicUrl: 'https://accounts.example.com' }); // as the server does for everything else
  registerPages(app, {
    verifyEmail: (token, origin) => spend('verifyEmail', token, origin),
    resetPassword: (token, newPassword, origin) => spend('resetPassword', token, newPassword, origin),
    confirmEmailChange: (token) => spend('confirmEmailChange', token),
    undoEmailChange: (token) => spend('undoEmailChange', token),
    disownActivity: (token) => spend('disownActivity', token),
    acceptInvitation: (token, newPassword) => spend('acceptInvitation', token, newPassword),
    serviceName: 'Acme & Sons',
    passwordPolicy: { minLength: 12, maxLength: 256 },
    trustedProxies: 0,
    all: true,
    log: createLog('silent'),
  });
  await app.ready();
});

beforeEach(() => {
  calls.length = 0;
  failWith = null;
});

afterAll(() => app.close());

function submit(path: string, fields: Record<string, string>, more: Partial<InjectOptions> = {}) {
  return app.inject({
    method: 'POST',
    url: path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'Browser/1' },
    payload: new URLSearchParams(fields).toString(),
    ...more,
  });
}

const ACTIONS = [
  ['/verify-email', 'verifyEmail'],
  ['/reset-password', 'resetPassword'],
  ['/confirm-email-change', 'confirmEmailChange'],
  ['/undo-email-change', 'undoEmailChange'],
  ['/accept-invitation', 'acceptInvitation'],
] as const;

describe.each(ACTIONS)('%s', (path, action) => {
  test('opening the link shows a form and spends nothing', async () => {
    for (const method of ['GET', 'HEAD'] as const) {
      const answer = await app.inject({ method, url: `${path}?token=abc` });
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    }
    const { body } = await app.inject({ url: `${path}?token=abc` });
    expect(body).toContain(`<form method="post" action="${path}">`);
    expect(body).toContain('<input type="hidden" name="token" value="abc">');
    expect(body).not.toContain('<script');
    expect(calls).toEqual([]);
  });

  test('pressing the button spends the token and says so', async () => {
    const answer = await submit(path, { token: 'a+b/c=', newPassword: 'correct horse battery' });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).not.toContain('<form');
    expect(calls).toHaveLength(1);
    expect(calls[0]?.slice(0, 2)).toEqual([action, 'a+b/c=']);
  });

  test('a link without a token, or with one that cannot be, says that it does not work', async () => {
    const links = [path, `${path}?token=`, `${path}?token=a&token=b`, `${path}?token=${'x'.repeat(513)}`];
    for (const url of links) {
      const answer = await app.inject({ url });
      expect(answer.statusCode).toBe(400);
      expect(answer.body).toContain('This link does not work any more');
    }
    expect((await submit(path, {})).statusCode).toBe(400);
    expect(calls).toEqual([]);
  });

  test('every answer forbids storing, framing, loading, indexing and referring', async () => {
    failWith = new AppError('TOKEN_INVALID');
    const answers = [
      await app.inject({ url: `${path}?token=abc` }),
      await app.inject({ url: path }),
      await submit(path, { token: 'abc' }),
    ];
    for (const { headers } of answers) {
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
      );
      expect(headers).toMatchObject({
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
        'x-content-type-options': 'nosniff',
      });
      expect(headers['set-cookie']).toBeUndefined();
    }
  });
});

test('the new password and where the request came from reach the service', async () => {
  await submit('/reset-password', { token: 'abc', newPassword: 'päss wörd+%& ✓' });
  expect(calls).toEqual([
    [
      'resetPassword',
      'abc',
      'päss wörd+%& ✓',
      { ipAddress: '127.0.0.1', userAgent: 'Browser/1', deviceToken: null },
    ],
  ]);
});

test('the password field is labelled, described and left to password managers', async () => {
  const { body } = await app.inject({ url: '/reset-password?token=abc' });
  expect(body).toContain('<label for="new-password">');
  expect(body).toMatch(
    /<input type="password" id="new-password"[^>]*autocomplete="new-password"[^>]*minlength="12"/,
  );
  expect(body).toContain('12 to 256 characters');
  expect(body).toContain('<html lang="en">');
});

test('markup in a token or in the service name stays text', async () => {
  const token = `"><script>alert(1)</script>'&`;
  const { body } = await app.inject({ url: `/verify-email?token=${encodeURIComponent(token)}` });
  expect(body).not.toContain('<script');
  expect(body).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;"');
  expect(body).toContain('Acme &amp; Sons');
});

test('the style hash is that of the style in the page', async () => {
  const { body, headers } = await app.inject({ url: '/verify-email?token=abc' });
  const style = /<style>([\s\S]*?)<\/style>/.exec(body)?.[1] ?? '';
  const hash = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(style))).toString('base64');
  expect(headers['content-security-policy']).toContain(`'sha256-${hash}'`);
});

describe('what goes wrong', () => {
  test.each([
    [
      new AppError('PASSWORD_TOO_SHORT', { fields: { newPassword: 'must have …' } }),
      'The password is too short.',
    ],
    [new AppError('PASSWORD_BREACHED'), 'This password is known from data breaches; choose another.'],
    [badInput('newPassword', 'must not contain NUL'), 'The password must not contain NUL.'],
  ])('a refused password brings the form back, without the password: %p', async (error, sentence) => {
    failWith = error;
    const answer = await submit('/reset-password', { token: 'abc', newPassword: 'hunter2hunter2' });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain(`role="alert">${sentence}</p>`);
    expect(answer.body).toContain('aria-invalid="true"');
    expect(answer.body).toContain('name="token" value="abc"');
    expect(answer.body).toContain('<title>Error: ');
    expect(answer.body).not.toContain('hunter2');
  });

  test('a spent token', async () => {
    failWith = new AppError('TOKEN_INVALID');
    const answer = await submit('/verify-email', { token: 'abc' });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('This link does not work any more');
    expect(answer.body).not.toContain('abc');
  });

  test('a busy server asks to try again', async () => {
    failWith = new AppError('OVERLOADED', { retryAfterSeconds: 3 });
    const answer = await submit('/reset-password', { token: 'abc', newPassword: 'correct horse battery' });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('3');
    expect(answer.body).toContain('<form');
  });

  test('an unexpected error is masked', async () => {
    failWith = new Error('secret detail about ada@example.com');
    const answer = await submit('/verify-email', { token: 'abc' });
    expect(answer.statusCode).toBe(500);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.body).not.toMatch(/secret|ada@/);
  });

  test.each([
    ['a body of 1 MB', 413, { payload: `token=abc&newPassword=${'x'.repeat(1_000_000)}` }],
    ['JSON', 415, { headers: { 'content-type': 'application/json' }, payload: '{"token":"abc"}' }],
    ['plain text', 415, { headers: { 'content-type': 'text/plain' }, payload: 'token=abc' }],
    ['a broken escape', 400, { payload: 'token=abc&newPassword=%E4' }],
    ['bytes that are not UTF-8', 400, { payload: Buffer.from('token=abc&newPassword=\xe4', 'latin1') }],
  ])('%s is refused and spends nothing', async (_what, status, request) => {
    const answer = await submit('/reset-password', {}, request);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'/);
    expect(calls).toEqual([]);
  });

  test('names of JavaScript objects are ordinary fields', async () => {
    const payload = '__proto__=x&constructor=y&token=abc&token=def';
    await submit('/verify-email', {}, { payload });
    expect(calls.map(([, token]) => token)).toEqual(['abc']);
  });
});

describe('the page at which a sign-in with a provider ends', () => {
  const open = (query: string) => app.inject({ method: 'GET', url: `/auth/complete${query}` });

  test.each([
    ['?code=cst_sc_x', 'Almost signed in'],
    ['?linked=google', 'Your account is linked'],
    ['?error=PROVIDER_DENIED', 'The sign-in was cancelled at the provider.'],
    ['?error=toString', 'Please try again.'],
    ['?code=a&code=b', 'Nothing to do here'],
    ['', 'Nothing to do here'],
  ])('%s is told', async (query, text) => {
    const answer = await open(query);
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain(text);
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
  });

  test('shows nothing of its address', async () => {
    const canary = 'canary-7361';
    for (const name of ['code', 'linked', 'error']) {
      expect((await open(`?${name}=${canary}<script>`)).body).not.toContain(canary);
    }
  });
});
