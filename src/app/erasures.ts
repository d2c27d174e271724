import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { Database } from '../database/client.js';
import type { Jobs } from '../jobs/jobs.js';
import type { Log } from '../log.js';
import { removeMailFiles } from '../mail/file-transport.js';
import type { Mail } from '../mail/outbox.js';
import type { Privacy } from '../privacy/privacy.js';
import type { Guard } from '../security/guard/guard.js';
import { createKeepEndedSessions } from '../security/tokens/keep-ended-sessions.js';
import { createSignStatement } from '../security/signing-keys/signed-statement.js';
import type { SigningKeys } from '../security/signing-keys/signing-keys.js';
import type { WatchSteps } from '../services/compliance/erasure/carry-out-erasure.js';
import { createFileLedger } from '../services/compliance/erasure/erasure-ledger.js';
import { createErasureNotices } from '../services/compliance/erasure/erasure-notices.js';
import { createErasureService } from '../services/compliance/erasure/erasure.service.js';
import { createExportFiles } from '../services/compliance/exports/export-files.js';
import type { Services } from './services.js';

export interface ErasureSurroundings {
  config: Config;
  databaseUrl: string;
  db: Database;
  privacy: Privacy;
  signingKeys: SigningKeys;
  clock: Clock;
  jobs: Jobs;
  mail: Mail;
  log: Log;
  guard: Pick<Guard, 'keysAbout' | 'erase'>;
  services: Pick<Services, 'audit' | 'identity' | 'sessions' | 'cases'>;
}

/** Joins the erasure of accounts with everything that holds something about them. */
export function createErasures(
  { services, signingKeys, guard, ...parts }: ErasureSurroundings,
  watch?: WatchSteps,
) {
  const { config, jobs } = parts;
  const { audit, identity, sessions, cases } = services;
  const sign = createSignStatement(signingKeys);
  const endedSessions = createKeepEndedSessions(parts);
  jobs.handle('auth.discard-ended-sessions', endedSessions.discardKept);
  jobs.schedule('auth.discard-ended-sessions', '29 * * * *');
  return createErasureService(
    {
      ...parts,
      audit,
      cases,
      sign,
      ledger: createFileLedger(config.erasureLedgerFile),
      notices: createErasureNotices({ ...parts, sign }),
      endSessions: sessions.endAll,
      keepEndedSessions: endedSessions.keep,
      attempts: guard,
      rights: identity,
      removeFiles: [
        createExportFiles(config).removeAllOf,
        (userId) => removeMailFiles(config.dataDir, userId),
      ],
    },
    watch,
  );
}
