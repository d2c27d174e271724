import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { findBroken, findVagueDeprecations } from '../graphql/schema/schema-changes.js';

// `npm run check:schema` compares schema.graphql with the schema of the last release, which lies beside it so that a
// shallow clone has it; `npm run schema:release` puts the present one in its place when a version is released.
const CURRENT = 'schema.graphql';
const RELEASED = 'schema.released.graphql';

if (process.argv[2] === '--release') {
  copyFileSync(CURRENT, RELEASED);
} else {
  const current = readFileSync(CURRENT, 'utf8');
  const problems = [
    ...findBroken(readFileSync(RELEASED, 'utf8'), current, new Date()),
    ...findVagueDeprecations(current).map(
      (place) => `${place} is deprecated without saying what to use and until when.`,
    ),
  ];
  writeFileSync(process.stderr.fd, problems.map((problem) => `${problem}\n`).join(''));
  process.exitCode = problems.length > 0 ? 1 : 0;
}
