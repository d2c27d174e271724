import type { InventoryEntry } from './data-inventory.js';

/** The record of processing activities (Art. 30(1) GDPR) as Markdown: one table a kind of record. */
export function writeRecordAsMarkdown(inventory: readonly InventoryEntry[]): string {
  const models = [...new Set(inventory.map(({ model }) => model))];
  return `${[HEAD, ...models.map((model) => writeModel(model, inventory))].join('\n\n')}\n`;
}

const HEAD = `# Record of processing activities

What the server holds about people: for what purpose, on which legal basis, for how long, and what an erasure does to it
(Art. 30(1)(b), (c), (f) and (g) GDPR). It is printed by \`npm run --silent custodia -- privacy record\` from the register of personal
data (\`src/privacy/register\`) and the retention periods of the configuration; add your name, your contact and those of
your processors.

The people concerned are the holders of accounts. Recipients: the mail server of \`SMTP_URL\` (address and text of each mail),
the sign-in providers that a person links, the systems that are told of an erasure, and, with \`KEY_ENCRYPTION=aws-kms\` or
\`vault\`, that key store, whose log names accounts by id. Nothing leaves for third countries unless one of these lies there. Sealed values lie encrypted under a key of the person (AES-256-GCM).`;

const COLUMNS = ['Value', 'Category', 'Purpose', 'Legal basis', 'Kept', 'Sealed', 'Exported', 'On erasure'];

function writeModel(model: string, inventory: readonly InventoryEntry[]): string {
  const rows = inventory.filter((entry) => entry.model === model);
  const cells = rows.map(
    ({ field, category, purpose, legalBasis, retention, encrypted, exported, onErasure }) =>
      [field, category, purpose, legalBasis, retention, yesOrNo(encrypted), yesOrNo(exported), onErasure].map(
        (cell) => cell.replaceAll('|', '\\|'),
      ),
  );
  const table = [COLUMNS, COLUMNS.map(() => '---'), ...cells].map((row) => `| ${row.join(' | ')} |`);
  return [`## ${model}`, '', ...table].join('\n');
}

const CSV_FIELDS = [
  'model', 'field', 'category', 'purpose', 'legalBasis', 'retention', 'encrypted', 'searchable', 'exported', 'onErasure',
] as const satisfies (keyof InventoryEntry)[]; // prettier-ignore

/** The same as CSV (RFC 4180), one row a value. */
export function writeRecordAsCsv(inventory: readonly InventoryEntry[]): string {
  const rows = inventory.map((entry) => CSV_FIELDS.map((field) => String(entry[field])));
  return [[...CSV_FIELDS], ...rows].map((row) => `${row.map(quote).join(',')}\r\n`).join('');
}

function quote(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
