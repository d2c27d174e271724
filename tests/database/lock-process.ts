import { lockDataFolder } from '../../src/database/embedded/data-folder.js';

// Claims the data folder of its first argument, says whether it got it, and stays until its input ends.
try {
  await lockDataFolder(process.argv[2] ?? '');
  process.stdout.write('locked\n');
} catch {
  process.stdout.write('refused\n');
}
process.stdin.resume();
