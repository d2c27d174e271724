import type { Privacy } from '../../../privacy/privacy.js';
import type { LogFolder } from '../checkpoints/log-folder.js';
import { openLogReader, type LogReader } from './read-log.js';
import type { NoteVerifier } from '../checkpoints/signed-note.js';
import { verifyLog, type LogVerification } from './verify-log.js';

export interface AuditLogParts {
  url: string;
  privacy: Privacy;
  folder: LogFolder;
  openKeys: () => Promise<{ verifiers: readonly NoteVerifier[] }>;
}

/** The sealed log of this database, held against its copies outside. */
export function createAuditLog({ url, privacy, folder, openKeys }: AuditLogParts) {
  let running: Promise<LogVerification> | null = null;

  /**
   * Verifies every sealed event, against the checkpoints in the database and those outside it. Callers that come
   * while it runs share its answer: it reads the whole log.
   */
  function verify(): Promise<LogVerification> {
    running ??= verifyNow().finally(() => (running = null));
    return running;
  }

  async function verifyNow(): Promise<LogVerification> {
    const verifiers = [...(await folder.readVerifiers()), ...(await openKeys()).verifiers];
    // The copies first: what is sealed after they were looked at would seem to be missing in the database.
    const outside = await folder.checkpoints(verifiers);
    const copiedLeaves = await folder.leaves();
    const reader = await openLogReader(url, privacy);
    try {
      return await verifyLog({
        leaves: reader.leaves(),
        checkpoints: [reader.checkpoints(verifiers), outside],
        copiedLeaves,
        hasUnsealed: reader.hasUnsealed,
      });
    } finally {
      await reader.close();
    }
  }

  /** A reader of the log as it stands now, for dumps and proofs. Close it. */
  function open(): Promise<LogReader> {
    return openLogReader(url, privacy);
  }

  return { verify, open };
}

export type AuditLog = ReturnType<typeof createAuditLog>;
