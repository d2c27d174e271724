import { readFileSync } from 'node:fs';
import { loadKeyRing } from '../../../src/privacy/key-ring.js';
import { openErasureWorkshop } from './erasure-workshop.js';

// A process that carries out one erasure and may be killed on the way: by itself before or after a step
// (`before:rows`), or some milliseconds after it began (`17`).

const [url = '', dataDir = '', keyRingFile = '', erasureId = '', end = '', keyUrl] = process.argv.slice(2);

const die = (): void => void process.kill(process.pid, 'SIGKILL');

const workshop = await openErasureWorkshop({
  url,
  dataDir,
  keyUrl,
  keyRing: loadKeyRing(readFileSync(keyRingFile, 'utf8')),
  watch: (step, moment) => {
    if (end === `${moment}:${step}`) die();
  },
});
if (/^\d+$/.test(end)) setTimeout(die, Number(end));
await workshop.erasures.carryOut(erasureId);
await workshop.close();
