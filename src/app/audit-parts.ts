import { join } from 'node:path';
import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { Database } from '../database/client.js';
import type { Log } from '../log.js';
import type { KeyEncryption } from '../privacy/key-ring.js';
import type { Privacy } from '../privacy/privacy.js';
import { createAuditLog } from '../services/audit/verification/audit-log.js';
import type { AuditService } from '../services/audit/audit.service.js';
import { createCheckpointKeys } from '../services/audit/checkpoints/checkpoint-key.js';
import { createListEvents } from '../services/audit/events/list-events.js';
import { createLogFolder } from '../services/audit/checkpoints/log-folder.js';
import { createPublisher } from '../services/audit/checkpoints/publish-checkpoints.js';
import {
  createRecordFirstKey,
  createRotateCheckpointKey,
} from '../services/audit/checkpoints/rotate-checkpoint-key.js';
import { createSealer } from '../services/audit/sealing/sealer.js';

interface Needs {
  config: Pick<Config, 'dataDir' | 'publicUrl' | 'auditCheckpoints' | 'auditCheckpointWebhookUrl'>;
  databaseUrl: string;
  db: Database;
  privacy: Privacy;
  audit: AuditService;
  encryption: KeyEncryption;
  clock: Clock;
  log: Log;
  print: (line: string) => void;
}

export type AuditParts = ReturnType<typeof createAuditParts>;

/** What reads, seals and verifies the audit log. */
export function createAuditParts({
  config,
  databaseUrl: url,
  db,
  privacy,
  audit,
  encryption,
  clock,
  log,
  print,
}: Needs) {
  const { publicUrl, auditCheckpoints: destinations, auditCheckpointWebhookUrl: webhookUrl } = config;
  const folder = createLogFolder(join(config.dataDir, 'audit'));
  const keys = createCheckpointKeys({
    db,
    encryption,
    clock,
    publicUrl,
    recordFirst: createRecordFirstKey(audit),
  });
  const openKeys = keys.open;
  const publisher = createPublisher({ destinations, webhookUrl, folder, print, log });
  return {
    events: createListEvents({ db, privacy }),
    auditLog: createAuditLog({ url, privacy, folder, openKeys }),
    sealer: createSealer({ url, openKeys, publisher, log }),
    rotateCheckpointKey: createRotateCheckpointKey({ db, audit, keys }),
  };
}
