import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Readable } from 'node:stream';
import { after, MINUTE } from '../../../clock.js';
import { AppError } from '../../../errors.js';
import { isUuid } from '../../../input/uuid.js';
import type { RequestOrigin } from '../../../security/requests/request-context.js';
import { requireRecentSignIn } from '../../../security/rights/step-up.js';
import type { Viewer } from '../../../security/rights/viewer.js';
import type { ExportParts } from './export-parts.js';
import type { ExportRecord } from './export-record.js';

/** How long a link works. */
const LINK_LIFETIME = 10 * MINUTE;

const TOKEN = /^([0-9a-f-]{36})\.([0-9a-z]{1,9})\.([A-Za-z0-9_-]{43})$/;

export interface Download {
  exportId: string;
  token: string;
  /** Who asks, where the request says so. */
  viewer: Viewer | null;
  origin: RequestOrigin;
}

/** What a link stands for; its token carries a MAC over all of it, under the export's own key. */
interface Grant {
  exportId: string;
  /** The session that asked for the link: when it ends, so does the link. */
  sessionId: string;
  /** Seconds since 1970. */
  until: number;
  /** How often the export had been fetched: the next fetch voids every link made before. */
  downloads: number;
}

/** The short-lived link to a finished export, and what it opens. */
export function createFetchExport({ db, clock, audit, files, config, isSignedIn }: ExportParts) {
  /**
   * A link to the caller's own export: for 10 minutes, once, and only while this session runs. null for an export
   * that is not ready or not the caller's.
   *
   * @throws AppError STEP_UP_REQUIRED when the sign-in is older than 10 minutes
   */
  async function createLink({ id, userId, status }: ExportRecord, viewer: Viewer): Promise<string | null> {
    if (userId !== viewer.userId || status !== 'READY') return null;
    const row = await findReady(id);
    if (!row) return null;
    requireRecentSignIn(viewer, clock);
    const until = Math.floor(after(clock.now(), LINK_LIFETIME).getTime() / 1_000);
    const { sessionId } = viewer;
    const mac = sign(row.key, { exportId: id, sessionId, until, downloads: row.downloads });
    const token = `${sessionId}.${until.toString(36)}.${mac}`;
    return `${config.publicUrl}/api/v1/data-exports/${id}/download?token=${token}`;
  }

  /**
   * Spends a link and opens the archive it leads to, decrypted, as a stream.
   *
   * @throws AppError TOKEN_INVALID for a link that is used, out of date, of an ended session or made up; FORBIDDEN
   * when somebody else is signed in; NOT_FOUND when the file is gone
   */
  async function open({ exportId, token, viewer, origin }: Download): Promise<Readable> {
    const row = isUuid(exportId) ? await findReady(exportId) : null;
    const grant = row && readToken(exportId, token, row);
    if (!grant || grant.until * 1_000 <= clock.now().getTime()) throw new AppError('TOKEN_INVALID');
    if (viewer && viewer.userId !== row.userId) throw new AppError('FORBIDDEN');
    if (!(await isSignedIn(row.userId, grant.sessionId))) throw new AppError('TOKEN_INVALID');
    const content = await files.read(row, row.key);
    if (!content) throw new AppError('NOT_FOUND');
    try {
      await spend(exportId, row, origin);
    } catch (error) {
      content.destroy();
      throw error;
    }
    return content;
  }

  function spend(exportId: string, row: { userId: string; downloads: number }, origin: RequestOrigin) {
    return db.$transaction(async (tx) => {
      const { count } = await tx.dataExport.updateMany({
        where: { id: exportId, status: 'READY', downloads: row.downloads },
        data: { downloads: row.downloads + 1, lastDownloadedAt: clock.now() },
      });
      if (count === 0) throw new AppError('TOKEN_INVALID');
      const { userId } = row;
      const data = { exportId };
      await audit.record(tx, {
        action: 'export.downloaded',
        actorId: userId,
        subjectId: userId,
        origin,
        data,
      });
    });
  }

  async function findReady(id: string) {
    const row = await db.dataExport.findFirst({
      where: { id, status: 'READY', expiresAt: { gt: clock.now() } },
      select: { userId: true, fileName: true, fileKey: true, downloads: true },
    });
    if (!row?.fileName || !row.fileKey) return null;
    const { userId, fileName, fileKey, downloads } = row;
    return { userId, fileName, downloads, key: Buffer.from(fileKey, 'base64url') };
  }

  return { createLink, open };
}

function readToken(exportId: string, token: string, row: { key: Buffer; downloads: number }): Grant | null {
  const [, sessionId = '', until = '', mac = ''] = TOKEN.exec(token) ?? [];
  const grant = { exportId, sessionId, until: parseInt(until, 36), downloads: row.downloads };
  const expected = Buffer.from(sign(row.key, grant));
  const given = Buffer.from(mac);
  return given.length === expected.length && timingSafeEqual(given, expected) ? grant : null;
}

/** HMAC-SHA-256 under a key of its own, derived from the one that encrypts the file. */
function sign(key: Buffer, { exportId, sessionId, until, downloads }: Grant): string {
  const linkKey = createHmac('sha256', key).update('custodia export link').digest();
  return createHmac('sha256', linkKey)
    .update(`${exportId} ${sessionId} ${until} ${downloads}`)
    .digest('base64url');
}
