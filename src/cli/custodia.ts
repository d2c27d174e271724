#!/usr/bin/env node
import { ConfigError } from '../config.js';
import { StartError } from '../database/start-error.js';
import { AppError } from '../errors.js';
import { KeyRingError } from '../privacy/privacy-errors.js';
import { adminBootstrap } from './commands/admin-bootstrap.js';
import { auditDump } from './commands/audit-dump.js';
import { auditProve } from './commands/audit-prove.js';
import { auditRotateKey } from './commands/audit-rotate-key.js';
import { auditVerify } from './commands/audit-verify.js';
import { keysAskReset } from './commands/keys-ask-reset.js';
import { keysRemove } from './commands/keys-remove.js';
import { keysRotate } from './commands/keys-rotate.js';
import { keysStatus } from './commands/keys-status.js';
import { erasureRequest, erasureRun, erasureStatus } from './commands/erasure.js';
import { mfaRemove } from './commands/mfa-remove.js';
import { privacyExport } from './commands/privacy-export.js';
import { privacyRecord } from './commands/privacy-record.js';
import { retentionRun } from './commands/retention-run.js';
import { usersExport } from './commands/users-export.js';
import { usersImport } from './commands/users-import.js';
import { dispatch } from './dispatch.js';

// The operators' command: `npm run --silent custodia -- admin bootstrap --email you@example.com`.

const COMMANDS = [
  adminBootstrap,
  mfaRemove,
  auditVerify,
  auditDump,
  auditProve,
  auditRotateKey,
  keysStatus,
  keysRotate,
  keysRemove,
  keysAskReset,
  erasureRequest,
  erasureStatus,
  erasureRun,
  privacyRecord,
  privacyExport,
  retentionRun,
  usersImport,
  usersExport,
];

const surroundings = {
  env: process.env,
  print: (line: string) => void process.stdout.write(`${line}\n`),
  complain: (line: string) => void process.stderr.write(`${line}\n`),
};

try {
  process.exitCode = await dispatch(COMMANDS, process.argv.slice(2), surroundings);
} catch (error) {
  surroundings.complain(describe(error));
  process.exitCode = 1;
}

/** What the operator can mend is said in its own words; anything else is a defect and keeps its stack. */
function describe(error: unknown): string {
  if (error instanceof AppError) {
    const problems = Object.entries(error.fields ?? {}).map(([field, problem]) => `${field} ${problem}`);
    return problems.length > 0 ? `${error.message} ${problems.join('; ')}.` : error.message;
  }
  if (!(error instanceof Error)) return String(error);
  const isMendable = [ConfigError, StartError, KeyRingError].some((known) => error instanceof known);
  return isMendable ? error.message : (error.stack ?? error.message);
}
