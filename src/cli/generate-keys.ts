import { generateKeyRing } from '../privacy/key-ring.js';

// `npm run --silent keys:generate > key-ring.json`: a new key ring on stdout, and nothing else.
process.stdout.write(`${generateKeyRing().trimEnd()}\n`);
