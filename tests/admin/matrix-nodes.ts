import type { FullServer } from '../setup/full-server.js';

/** The id of one object of each type that belongs to this account, which is signed in; what is missing is made. */
export async function createNodes({ app: { db } }: FullServer, userId: string) {
  const [select, now] = [{ id: true }, new Date()];
  const session = await db.session.findFirstOrThrow({ where: { userId }, select });
  const event = await db.auditEvent.findFirstOrThrow({ where: { subjectId: userId }, select });
  const key = {
    name: 'Laptop',
    credentialId: 'credential',
    publicKey: 'key',
    transports: [],
    isSynced: false,
  };
  const passkey = await db.passkey.create({ data: { userId, ...key }, select });
  const made = { status: 'READY', requestedBy: userId, readyAt: now } as const;
  const dataExport = await db.dataExport.create({ data: { userId, ...made }, select });
  const asked = { status: 'SCHEDULED', requestedAt: now, requestedBy: userId, scheduledFor: now } as const;
  const erasure = await db.erasureRequest.create({ data: { userId, ...asked }, select });
  return {
    Session: session.id,
    Passkey: passkey.id,
    DataExport: dataExport.id,
    AuditEvent: event.id,
    ErasureRequest: erasure.id,
  };
}
