import { MINUTE } from '../../clock.js';
import type { Database } from '../../database/client.js';
import type { Log } from '../../log.js';
import type { OpenFailure } from '../../privacy/open-failures.js';
import type { Privacy } from '../../privacy/privacy.js';
import type { AuditService } from './audit.service.js';

const PAUSE = 10 * MINUTE;
/** Places remembered, and so events written, within one pause. */
const MOST_EVENTS = 60;

interface Parts {
  privacy: Pick<Privacy, 'openFailures'>;
  db: Database;
  audit: AuditService;
  log: Log;
}

/**
 * Counts every value that does not open and records an event for it, once a place in ten minutes and at most sixty
 * in that time. The event is written in a transaction of its own: that of the failing request is rolled back.
 *
 * @returns the counts by model, for the metrics
 */
export function reportOpenFailures({ privacy, db, audit, log }: Parts): () => ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const recorded = new Set<string>();
  let since = performance.now();

  privacy.openFailures.listen((failure) => {
    counts.set(failure.model, (counts.get(failure.model) ?? 0) + 1);
    if (performance.now() - since > PAUSE) {
      since = performance.now();
      recorded.clear();
    }
    const place = `${failure.model} ${failure.field} ${failure.rowId}`;
    if (recorded.has(place) || recorded.size >= MOST_EVENTS) return;
    recorded.add(place);
    log.error({ model: failure.model, field: failure.field }, 'A sealed value did not open');
    setImmediate(() => void record(failure));
  });

  async function record({ model, field, rowId, userId }: OpenFailure): Promise<void> {
    try {
      await db.$transaction((tx) =>
        audit.record(tx, {
          action: 'pii.open_failed',
          actorId: null,
          subjectId: userId,
          origin: null,
          data: { model, field, rowId },
        }),
      );
    } catch (err) {
      log.error({ err, model, field }, 'The event of a value that did not open was not recorded');
    }
  }

  return () => counts;
}
