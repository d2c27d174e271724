import { escapeHtml } from '../escape-html.js';

/** What every template knows besides its own parameters. */
export interface TemplateContext {
  serviceName: string;
  appUrl: string;
  /** Origin of the server itself, whose own page is behind a link that no SPA has a page for. */
  publicUrl: string;
}

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
  /** The link that the mail is about, if any. */
  link: string | null;
}

export interface MailContent {
  subject: string;
  /** Plain text; the first ones stand above the link. */
  paragraphs: string[];
  action?: { label: string; url: string };
  /** Below the link. */
  closing: string[];
}

/** No images, fonts or scripts: nothing is loaded, so that opening a mail tells nobody. */
const STYLE = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
body { margin: 0; padding: 24px; background: #ffffff; color: #1b1f24; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 36em; margin: 0 auto; }
h1 { font-size: 22px; line-height: 1.3; }
a { color: #0b57d0; overflow-wrap: anywhere; }
.action { display: inline-block; padding: 12px 20px; border-radius: 6px; background: #0b57d0; color: #ffffff; text-decoration: none; }
footer { margin-top: 32px; font-size: 14px; color: #57606a; }
@media (prefers-color-scheme: dark) {
  body { background: #16181d; color: #e6e8eb; }
  a { color: #8ab4f8; }
  .action { background: #8ab4f8; color: #10131a; }
  footer { color: #a3abb5; }
}`;

/** The text and the HTML form of one mail. Every value is escaped here, so templates hand in plain text. */
export function layOut(content: MailContent, { serviceName }: TemplateContext): RenderedMail {
  const footer = `This message was sent automatically by ${serviceName}.`;
  const { subject, paragraphs, action, closing } = content;
  const text = [
    ...paragraphs,
    ...(action === undefined ? [] : [`${action.label}:\n${action.url}`]),
    ...closing,
    `-- \n${footer}`,
  ].join('\n\n');
  return {
    subject,
    text: `${text}\n`,
    html: layOutHtml(content, footer),
    link: action?.url ?? null,
  };
}

function layOutHtml({ subject, paragraphs, action, closing }: MailContent, footer: string): string {
  const body = [
    `<h1>${escapeHtml(subject)}</h1>`,
    ...paragraphs.map(toParagraph),
    ...(action === undefined ? [] : layOutAction(action)),
    ...closing.map(toParagraph),
  ].join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>${STYLE}
</style>
</head>
<body>
<main>
${body}
<footer>${escapeHtml(footer)}</footer>
</main>
</body>
</html>
`;
}

function layOutAction({ label, url }: { label: string; url: string }): string[] {
  const href = escapeHtml(url);
  return [
    `<p><a class="action" href="${href}">${escapeHtml(label)}</a></p>`,
    `<p>If the button does not work, open this address:<br><a href="${href}">${href}</a></p>`,
  ];
}

function toParagraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

/** A moment as a reader understands it anywhere: `23 November 2026 at 15:04 UTC`. */
export function formatMoment(isoDate: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(new Date(isoDate))} UTC`;
}
