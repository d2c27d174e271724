import { readConfig } from '../../config.js';
import { takeInventory } from '../../services/compliance/inventory/data-inventory.js';
import {
  writeRecordAsCsv,
  writeRecordAsMarkdown,
} from '../../services/compliance/inventory/record-of-processing.js';
import { defineCommand, UsageError } from '../command.js';

const FORMATS = { markdown: writeRecordAsMarkdown, csv: writeRecordAsCsv };

/** Writes the record of processing activities, Art. 30 GDPR. */
export const privacyRecord = defineCommand({
  name: 'privacy record',
  summary: 'Writes the record of processing activities (Art. 30 GDPR) from the register of personal data.',
  usage: '[--format markdown|csv]',
  options: { format: { type: 'string', default: 'markdown' } },
  run({ values }, { env, print }) {
    const write = Object.entries(FORMATS).find(([format]) => format === values.format)?.[1];
    if (!write) throw new UsageError('The format is markdown or csv');
    const { config } = readConfig(env);
    print(write(takeInventory(config.retention)).trimEnd());
    return Promise.resolve(0);
  },
});
