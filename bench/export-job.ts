import { createWorkshop } from './export-subject.js';

// A process that makes one export, and prints the peak of its memory.

const [url = '', dataDir = '', exportId = ''] = process.argv.slice(2);
const { exports, close } = createWorkshop(url, dataDir);
let heap = 0;
let rss = 0;
const watch = setInterval(() => {
  const memory = process.memoryUsage();
  heap = Math.max(heap, memory.heapUsed);
  rss = Math.max(rss, memory.rss);
}, 20);
await exports.run(exportId);
clearInterval(watch);
await close();
process.stdout.write(JSON.stringify({ heap, rss }));
