import { renderTemplate, type TemplateCall } from '../../src/mail/templates/templates.js';

const context = {
  appUrl: 'https://app.example.com/',
  publicUrl: 'https://id.example.com',
  serviceName: 'Acme <b>& Sons',
};
const params = { token: 'a+b/c=&"<', expiresAt: '2026-11-23T15:04:05.123Z' };

const about = { reference: '3e9f3a9e-1c7a-4e1c-9a44-1d3c5f1f6a11', type: 'ACCESS' } as const;
const written = 'Too much <b>work</b>';

const CALLS: { call: TemplateCall; path: string | null }[] = [
  { call: { template: 'verify-email', params }, path: 'verify-email' },
  { call: { template: 'reset-password', params }, path: 'reset-password' },
  { call: { template: 'confirm-email-change', params }, path: 'confirm-email-change' },
  { call: { template: 'email-change-notice', params }, path: 'undo-email-change' },
  { call: { template: 'password-changed', params: {} }, path: null },
  { call: { template: 'mfa-changed', params: { change: 'totp-on' } }, path: null },
  { call: { template: 'recovery-code-used', params: { codesLeft: 1 } }, path: null },
  { call: { template: 'password-changed', params }, path: 'not-me' },
  { call: { template: 'passkey-added', params }, path: 'not-me' },
  { call: { template: 'passkey-removed', params }, path: 'not-me' },
  { call: { template: 'mfa-changed', params: { ...params, change: 'totp-off' } }, path: 'not-me' },
  { call: { template: 'mfa-changed', params: { ...params, change: 'address-proved' } }, path: 'not-me' },
  { call: { template: 'session-copied', params }, path: 'not-me' },
  {
    call: { template: 'new-device', params: { ...params, at: params.expiresAt, client: 'Firefox on Linux' } },
    path: 'not-me',
  },
  { call: { template: 'registration-attempt', params: {} }, path: null },
  { call: { template: 'social-login-linked', params: { provider: 'google' } }, path: null },
  { call: { template: 'social-login-linked', params: { ...params, provider: 'google' } }, path: 'not-me' },
  { call: { template: 'verify-email', params: { ...params, provider: 'google' } }, path: 'verify-email' },
  { call: { template: 'social-login-unlinked', params: { provider: 'acme' } }, path: null },
  { call: { template: 'export-ready', params: { expiresAt: params.expiresAt } }, path: null },
  { call: { template: 'erasure-scheduled', params: { scheduledFor: params.expiresAt } }, path: null },
  { call: { template: 'erasure-cancelled', params: {} }, path: null },
  {
    call: {
      template: 'case-received',
      params: { ...about, receivedAt: params.expiresAt, dueAt: params.expiresAt, isLate: false },
    },
    path: null,
  },
  {
    call: { template: 'case-extended', params: { ...about, dueAt: params.expiresAt, reason: written } },
    path: null,
  },
  {
    call: {
      template: 'case-decided',
      params: { ...about, decision: 'REFUSED', reason: written, answer: written },
    },
    path: null,
  },
  { call: { template: 'inactivity-notice', params: { deletedAfter: params.expiresAt } }, path: null },
];

describe.each(CALLS)('$call.template', ({ call, path }) => {
  const mail = renderTemplate(call.template, call.params, context);

  test('links to the configured origin only, with the token escaped', () => {
    // The one page that an SPA need not have is the server's own.
    const configured = path === 'not-me' ? 'https://id.example.com' : 'https://app.example.com';
    const link = path === null ? null : `${configured}/${path}?token=${encodeURIComponent(params.token)}`;
    expect(mail.link).toBe(link);
    for (const [, origin] of `${mail.text}${mail.html}`.matchAll(/(https?:\/\/[^/\s"<.]+(?:\.[\w-]+)*)/g)) {
      expect(origin).toBe(configured);
    }
    if (link !== null) expect(mail.text).toContain(`\n${link}\n`);
  });

  test('says until when the link works', () => {
    if (path !== null) expect(mail.text).toContain('23 November 2026 at 15:04 UTC');
  });

  test('escapes values in HTML, and only there', () => {
    expect(mail.html).not.toContain('<b>');
    expect(mail.html).toContain('Acme &lt;b&gt;&amp; Sons');
    expect(mail.text).toContain('Acme <b>& Sons');
    expect(mail.subject).toContain('Acme <b>& Sons');
  });

  test('loads nothing and runs nothing', () => {
    expect(mail.html).not.toMatch(/<(script|img|link|iframe|object|embed|form)|@import|url\(|\son\w+=/i);
  });

  test('is a readable document in light and dark', () => {
    expect(mail.html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(mail.html).toContain('<meta name="color-scheme" content="light dark">');
    expect(mail.html).toMatch(/<title>[^<]+<\/title>/);
    expect(mail.html).toMatch(/<h1>[^<]+<\/h1>/);
  });
});
