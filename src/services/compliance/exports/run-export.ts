import { randomBytes, randomUUID } from 'node:crypto';
import { after } from '../../../clock.js';
import type { Transaction } from '../../../database/client.js';
import { KEY_BYTES } from '../../../privacy/aead.js';
import { lockUser } from '../../identity/accounts/locked-user.js';
import { isVisible } from '../../identity/accounts/user-record.js';
import { takeInventory } from '../inventory/data-inventory.js';
import { streamArchive } from './content/export-archive.js';
import { writeExportDocument, type Extract } from './content/export-document.js';
import { writeExportPage } from './content/export-page.js';
import type { ExportParts } from './export-parts.js';
import { describeExport } from './content/export-schema.js';
import { exportTables } from './content/export-tables.js';

interface Attempt {
  userId: string;
  fileName: string;
  key: Buffer;
}

/**
 * Making the copy. Each attempt writes a file of its own under a key of its own; only the transaction at the end
 * makes one of them the export's. So an attempt may die at any moment, or run twice at once, with the same end.
 */
export function createRunExport(parts: ExportParts) {
  const { db, clock, audit, mail, cases, files, config } = parts;

  /** Does the job of one export. An export that is no longer wanted, or was made before, is left as it is. */
  async function run(exportId: string, signal?: AbortSignal): Promise<void> {
    const row = await db.dataExport.findUnique({
      where: { id: exportId },
      select: { userId: true, status: true },
    });
    if (row?.status !== 'PENDING') return;
    const attempt: Attempt = {
      userId: row.userId,
      fileName: `${exportId}.${randomUUID()}`,
      key: randomBytes(KEY_BYTES),
    };
    let isKept = false;
    try {
      await files.write(attempt, attempt.key, await gather(exportId, row.userId), signal);
      isKept = await db.$transaction((tx) => finish(tx, exportId, attempt));
    } catch (error) {
      if (await isWanted(exportId)) throw error; // else the account was erased meanwhile, and its key with it
    } finally {
      if (!isKept) await files.remove(attempt);
    }
  }

  async function gather(exportId: string, userId: string) {
    const tables = exportTables();
    const generatedAt = clock.now();
    const subject = {
      exportId,
      userId,
      generatedAt,
      serviceName: config.serviceName,
      recipients: await parts.findRecipients(userId),
      inventory: takeInventory(config.retention).filter(({ exported }) => exported),
    };
    const schema = `${JSON.stringify(await describeExport(db, tables), null, 2)}\n`;
    const extracts: Extract[] = [];
    const entries = [
      { name: 'data.json', content: () => writeExportDocument(db, subject, tables, extracts) },
      { name: 'schema.json', content: () => [schema] },
      { name: 'index.html', content: () => writeExportPage(subject, extracts) },
    ];
    return () => streamArchive(entries, generatedAt);
  }

  /**
   * Makes the file the export's, unless another attempt was first or the person is gone. Of an account that was deleted
   * meanwhile the export has failed: left PENDING it would stand in the way of every later one once the account is restored.
   */
  async function finish(
    tx: Transaction,
    exportId: string,
    { userId, fileName, key }: Attempt,
  ): Promise<boolean> {
    const user = await lockUser(tx, userId);
    const row = await tx.dataExport.findUnique({ where: { id: exportId }, select: { status: true } });
    if (!user || row?.status !== 'PENDING') return false;
    if (!isVisible(user)) {
      if (!(await isBeingErased(tx, userId))) await fail(tx, exportId, userId);
      return false;
    }
    const readyAt = clock.now();
    const expiresAt = after(readyAt, config.retention.exports);
    await tx.dataExport.update({
      where: { id: exportId },
      data: { status: 'READY', readyAt, expiresAt, fileName, fileKey: key.toString('base64url') },
      select: { id: true },
    });
    await audit.record(tx, {
      action: 'pii.exported', actorId: null, subjectId: userId, origin: null, data: { exportId },
    }); // prettier-ignore
    const outcome = { decision: 'GRANTED', evidence: `Export ${exportId} was made ready.` } as const;
    for (const id of [exportId, ...(await findFailed(tx, userId))]) {
      await cases.closeByReference(tx, id, outcome, 'by another mail');
    }
    await mail.sendLater(tx, {
      userId,
      to: { address: user.email },
      template: 'export-ready',
      params: { expiresAt: expiresAt.toISOString(), reference: exportId },
    });
    return true;
  }

  async function isWanted(exportId: string): Promise<boolean> {
    return (await db.dataExport.count({ where: { id: exportId, status: 'PENDING' } })) > 0;
  }

  /** The exports that came to nothing: this copy answers what they were asked for. */
  async function findFailed(tx: Transaction, userId: string): Promise<string[]> {
    const rows = await tx.dataExport.findMany({ where: { userId, status: 'FAILED' }, select: { id: true } });
    return rows.map(({ id }) => id);
  }

  /** Whether an erasure is about to take the export with the account. */
  async function isBeingErased(tx: Transaction, userId: string): Promise<boolean> {
    return (await tx.erasureRequest.count({ where: { userId, status: 'RUNNING' } })) > 0;
  }

  /** Records that the job was given up after its last attempt. */
  async function giveUp(exportId: string): Promise<void> {
    await db.$transaction(async (tx) => {
      const row = await tx.dataExport.findUnique({ where: { id: exportId }, select: { userId: true } });
      if (row) await fail(tx, exportId, row.userId);
    });
  }

  /** The case stays open: the person has no answer yet. The next copy closes it, or staff who answer otherwise. */
  async function fail(tx: Transaction, exportId: string, userId: string): Promise<void> {
    const pending = { id: exportId, status: 'PENDING' as const };
    const { count } = await tx.dataExport.updateMany({ where: pending, data: { status: 'FAILED' } });
    if (count === 0) return;
    const event = { actorId: null, subjectId: userId, origin: null, data: { exportId } };
    await audit.record(tx, { action: 'export.failed', ...event });
  }

  return { run, giveUp };
}
