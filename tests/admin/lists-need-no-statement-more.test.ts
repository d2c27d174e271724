import { randomUUID } from 'node:crypto';
import { DAY } from '../../src/clock.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { recordStatements } from '../setup/record-statements.js';
import { fieldsOf, selectionOf } from './matrix-calls.js';
import { signInAs, type Person } from './staff.js';

let server: FullServer;
let admin: Person;

beforeAll(async () => {
  server = await startFullServer();
  admin = await signInAs(server, ['ADMIN', 'PRIVACY_OFFICER']);
  for (let number = 0; number < 30; number += 1) await createFilledAccount(number % 3 === 0);
});
afterAll(() => server.stop());

/** An account that has something of everything; a suspended one has no permissions, any other no suspension. */
async function createFilledAccount(isSuspended: boolean): Promise<void> {
  const now = new Date();
  const suspension = { status: 'SUSPENDED', suspendedAt: now, suspensionReason: 'abuse' } as const;
  const key = () => ({ name: 'phone', credentialId: randomUUID(), publicKey: 'key', isSynced: false });
  const later = new Date(now.getTime() + DAY);
  const session = { ipAddress: '192.0.2.1', authTime: now, expiresAt: later };
  await server.app.db.user.create({
    data: {
      email: `${randomUUID()}@example.com`,
      ...(isSuspended ? suspension : {}),
      profile: { create: { fullName: 'Ada' } },
      roles: { create: { role: 'SUPPORT' } },
      sessions: { create: [session, session] },
      passkeys: { create: [key(), key()] },
      socialLogins: { create: { provider: 'github', providerId: randomUUID() } },
      totpAuthenticator: { create: { confirmedAt: now } },
      recoveryCodes: { create: { codeHash: randomUUID(), createdAt: now } },
      consents: { create: { purpose: 'newsletter', granted: true, policyVersion: '1' } },
      dataExports: { create: { status: 'EXPIRED', requestedBy: admin.id } },
      erasureRequests: {
        create: {
          status: 'SCHEDULED',
          requestedBy: admin.id,
          requestedAt: now,
          scheduledFor: later,
          reason: 'r',
        },
      },
    },
    select: { id: true },
  });
}

/** Everything but what jobs and the sealer of the audit log send by themselves, and the frames of transactions. */
const OF_THE_REQUEST =
  /^(?!BEGIN|COMMIT|SET|SELECT 1|SELECT pg_)(?!.*(pgboss|attempt_counters|audit_leaves|audit_checkpoints))/s;

/** Below some fields something is read apart. */
const DEEPER: Record<string, string> = {
  erasureRequest: '{ reason notices { id } receipt { id } }',
  dataExports: '{ id status downloadUrl }',
  suspension: '{ reason }',
  passkeys: '{ name }',
  socialLogins: '{ provider }',
  mfa: '{ totpEnabled recoveryCodesLeft }',
  consents: '{ purpose granted }',
  sessions: '{ totalCount nodes { id ipAddress } }',
  profile: '{ fullName }',
  auditEvents: '{ nodes { action ipAddress } }',
};

test.each(fieldsOf('User').map((field) => [field.name, field] as const))(
  '%s of thirty users costs as many statements as of three',
  async (name, field) => {
    const selection = DEEPER[name] ?? selectionOf(field.type);
    const query = `query ($first: Int) { users(first: $first) { nodes { id ${name} ${selection} } } }`;
    const run = (first: number) =>
      recordStatements(OF_THE_REQUEST, async () => {
        const { data, errors } = await server.graphql(query, { first }, admin.token);
        expect(errors).toBeUndefined();
        expect((data?.users as { nodes: unknown[] }).nodes).toHaveLength(first);
      });
    await run(30);
    const few = await run(3);
    const many = await run(30);
    const shown = many.length > few.length + 1 ? many.map((text) => text.slice(0, 90)) : [];
    expect({ name, shown }).toEqual({ name, shown: [] });
  },
);
