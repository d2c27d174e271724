import { createHash } from 'node:crypto';
import { escapeHtml } from '../../mail/escape-html.js';

const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; padding: 2rem 1.25rem; background: #ffffff; color: #1b1f24; font: 1.0625rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 0 auto; }
h1 { font-size: 1.6rem; line-height: 1.25; }
.service { margin: 0; color: #57606a; }
label { display: block; font-weight: 600; }
.hint { margin: 0.25rem 0; color: #57606a; }
input[type='password'] { box-sizing: border-box; width: 100%; padding: 0.65rem; border: 1px solid #6e7781; border-radius: 6px; background: inherit; color: inherit; font: inherit; }
button { margin-top: 1.25rem; padding: 0.7rem 1.4rem; border: 0; border-radius: 6px; background: #0b57d0; color: #ffffff; font: inherit; cursor: pointer; }
:focus-visible { outline: 3px solid #f2a600; outline-offset: 2px; }
.error { padding: 0.6rem 0.9rem; border-left: 4px solid #b3261e; color: #8c1d18; }
@media (prefers-color-scheme: dark) {
  body { background: #16181d; color: #e6e8eb; }
  .service, .hint { color: #a3abb5; }
  button { background: #8ab4f8; color: #10131a; }
  .error { border-color: #f2b8b5; color: #f2b8b5; }
}
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/**
 * Headers of every page. A page carries a one-time token: it is not stored, not framed, not indexed, loads
 * nothing, runs nothing, and tells no other site its address.
 */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow',
} as const;

export interface PageContent {
  serviceName: string;
  heading: string;
  /** Plain text. */
  paragraphs: string[];
  /** HTML of a form, made by form.ts. */
  form?: string;
  /** The page says that something went wrong: screen readers hear that with its title. */
  failed?: boolean;
}

/** A whole page. Plain text is escaped here. */
export function renderPage({ serviceName, heading, paragraphs, form, failed }: PageContent): string {
  const title = `${failed === true ? 'Error: ' : ''}${heading} – ${serviceName}`;
  const body = paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="service">${escapeHtml(serviceName)}</p>
<h1>${escapeHtml(heading)}</h1>
${body}
${form ?? ''}
</main>
</body>
</html>
`;
}
