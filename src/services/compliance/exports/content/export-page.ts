import { escapeHtml } from '../../../../mail/escape-html.js';
import type { ExportSubject, Extract } from './export-document.js';

const STYLE = `
:root { color-scheme: light dark; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid #8888; padding: .3rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; }`;

/** `index.html`: the same data for people, without scripts and without anything that would be loaded. */
export function* writeExportPage(subject: ExportSubject, extracts: readonly Extract[]): Generator<string> {
  const title = `Your data at ${subject.serviceName}`;
  yield `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>\n<style>${STYLE}\n</style>\n</head>\n<body>\n<h1>${escapeHtml(title)}</h1>
<p>This is a copy of what was held about you on ${escapeHtml(subject.generatedAt.toISOString())}
(Articles 15 and 20 of the General Data Protection Regulation), but for secrets that prove who somebody is, mails on their way to
you, and what stands behind a legal hold. The same data for programs is in
<code>data.json</code>, described by <code>schema.json</code>.</p>
<p>You may have data corrected or erased, restrict or object to its use, and complain to your supervisory authority.</p>\n`;
  for (const extract of extracts) yield section(extract);
  yield `<h2>Who else received data</h2>\n<table><tr><th>Recipient</th><th>For what</th></tr>\n`;
  for (const { name, purpose } of subject.recipients) yield row([name, purpose]);
  yield `</table>\n<h2>What it is held for, and how long</h2>
<table><tr><th>Record</th><th>Field</th><th>Kind</th><th>Purpose</th><th>Legal basis</th><th>Kept</th></tr>\n`;
  for (const { model, field, category, purpose, legalBasis, retention } of subject.inventory) {
    yield row([inWords(model), inWords(field), category, purpose, legalBasis, retention]);
  }
  yield `</table>\n</body>\n</html>\n`;
}

function section({ table, rows, total }: Extract): string {
  const heading = `<h2>${escapeHtml(inWords(table.model))}</h2>\n`;
  if (total === 0) return `${heading}<p>Nothing.</p>\n`;
  const more =
    total > rows.length
      ? `<p>The first ${rows.length} of ${total}; all are in <code>data.json</code>.</p>\n`
      : '';
  const head = table.columns.map((name) => `<th scope="col">${escapeHtml(inWords(name))}</th>`).join('');
  const body = rows.map((values) => row(table.columns.map((name) => toText(values[name])))).join('');
  return `${heading}${more}<table><tr>${head}</tr>\n${body}</table>\n`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>\n`;
}

/** `lastLoginAt` → `Last login at`. */
function inWords(name: string): string {
  const words = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}
