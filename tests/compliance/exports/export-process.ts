import { readFileSync } from 'node:fs';
import { loadKeyRing } from '../../../src/privacy/key-ring.js';
import { createExportService } from '../../../src/services/compliance/exports/export.service.js';
import { createExportParts } from './export-workshop.js';

// A process that makes one export and may be killed on the way: by itself at a named step, or after some time.
// Prints the peak of its heap, in bytes, when it comes to the end.

const [url = '', dataDir = '', keyRingFile = '', exportId = '', end = ''] = process.argv.slice(2);
const { parts, close } = createExportParts({
  url,
  dataDir,
  keyRing: loadKeyRing(readFileSync(keyRingFile, 'utf8')),
});

const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('Dead.');
};
const { audit, mail, files } = parts;
const service = createExportService({
  ...parts,
  findRecipients: (userId) => (end === 'begun' ? die() : parts.findRecipients(userId)),
  files: {
    ...files,
    async write(...args) {
      await files.write(...args);
      if (end === 'written') die();
    },
  },
  audit: { ...audit, record: (tx, entry) => (end === 'recorded' ? die() : audit.record(tx, entry)) },
  mail: {
    ...mail,
    async sendLater(tx, order) {
      await mail.sendLater(tx, order);
      if (end === 'committing') die();
    },
  },
});

if (/^\d+$/.test(end)) setTimeout(die, Number(end));
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().heapUsed)), 20);
await service.run(exportId);
clearInterval(watch);
if (end === 'done') die();
process.stdout.write(`${peak}\n`);
await close();
