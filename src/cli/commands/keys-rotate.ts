import { parseUuid } from '../../input/uuid.js';
import { nameIds } from '../../services/admin/keys/key-failures.js';
import { KEY_KINDS, type KeyKind } from '../../services/admin/keys/key-parts.js';
import type { RingRenewal } from '../../services/admin/keys/ring-steps.js';
import { defineCommand, UsageError } from '../command.js';
import { PACE_OPTIONS, readPace, withKeys } from './keys-options.js';
import { createProgressBar } from './keys-progress.js';

const NEXT: Record<KeyKind, string> = {
  encryption: 'The older key can go: keys remove encryption ID',
  'search-index': 'The older key can go: keys remove search-index ID',
  pepper: 'The older pepper can go: keys remove pepper ID',
  data: 'Each old generation is gone.',
  signing: 'The new key signs a day from now; the old one goes when its last token has expired.',
};

const NEXT_OUTSIDE = 'Nothing lies under an older version: the key store may forget those.';

/** Said where the new key is not the command's to make. */
const ELSEWHERE: Partial<Record<RingRenewal, string>> = {
  operators:
    'No key was added: the ring comes from KEY_RING, which only you can change (docs/keys.md, Rotation). Rows were brought under its active key.',
  outside:
    'No key was made: KEY_ENCRYPTION names a key store, where it is rotated. Rows were brought under the version that wraps now.',
};

const MEND =
  'Restore what is damaged from a backup and run this again, or erase the account; until then only these rows need the old key (docs/keys.md, Rows that do not open).';

/** Replaces a key while servers run; goes on where it was interrupted. */
export const keysRotate = defineCommand({
  name: 'keys rotate',
  summary: 'Replaces a key while servers run. Run it again after an interruption: it goes on.',
  usage: `${KEY_KINDS.join('|')} [--user ID] [--rate ROWS_PER_SECOND] [--grace SECONDS]`,
  options: { ...PACE_OPTIONS, user: { type: 'string' } },
  positionals: 1,
  async run({ values, positionals: [given] }, surroundings) {
    const kind = KEY_KINDS.find((known) => known === given);
    if (!kind) throw new UsageError(`Say which key: ${KEY_KINDS.join(', ')}`);
    if (values.user !== undefined && kind !== 'data') throw new UsageError('Only data keys belong to a user');
    const userId = values.user === undefined ? null : parseUuid(values.user, 'user');
    const bar = createProgressBar(process.stderr);
    const options = { ...readPace(values), onProgress: bar.show };
    return withKeys(surroundings, async (keys) => {
      const rotating = userId === null ? keys.rotate(kind, options) : keys.rotateUser(userId, options);
      const { keyId, changed, failed, failedIds, left, ring } = await rotating.finally(() => bar.end());
      surroundings.print(
        `${kind}${keyId === null ? '' : `.${keyId}`}: ${changed} row(s) brought under the new key`,
      );
      const elsewhere = ring === null ? undefined : ELSEWHERE[ring];
      if (elsewhere) surroundings.print(elsewhere);
      if (failed > 0) {
        surroundings.complain(
          `${failed} row(s) do not open and keep their old key: ${nameIds(failedIds, failed)}`,
        );
        surroundings.complain(MEND);
      }
      if (left === 0 || kind === 'signing')
        surroundings.print(ring === 'outside' ? NEXT_OUTSIDE : NEXT[kind]);
      else if (kind === 'pepper') {
        surroundings.print(
          `${left} password(s) move on when their owners sign in: keys ask-reset asks them by mail`,
        );
      } else if (left > failed) surroundings.complain(`${left} row(s) still lie under an older key`);
      return failed > 0 ? 1 : 0;
    });
  },
});
