import { randomUUID } from 'node:crypto';
import type { Role, StaffRole } from '../../src/security/rights/permissions.js';
import { logIn } from '../auth/signed-in.js';
import { PASSWORD, type FullServer } from '../setup/full-server.js';

/** Somebody who is signed in. */
export interface Person {
  id: string;
  email: string;
  token: string;
}

/** An account, verified, with roles written straight into the database. */
export async function createAccount(server: FullServer, roles: readonly Role[] = []) {
  const email = `${randomUUID()}@example.com`;
  const { body } = await server.rest('POST', '/api/v1/auth/register', { email, password: PASSWORD });
  const id = String(body?.id);
  await server.app.db.user.update({ where: { id }, data: { isVerified: true }, select: { id: true } });
  for (const role of roles.filter((each): each is StaffRole => each !== 'USER')) {
    await server.app.db.userRole.create({ data: { userId: id, role } });
  }
  return { id, email };
}

/** The same, signed in. */
export async function signInAs(server: FullServer, roles: readonly Role[] = []): Promise<Person> {
  const account = await createAccount(server, roles);
  const { tokens } = await logIn(server, account.email);
  return { ...account, token: tokens.accessToken };
}

/** Lets the sign-in of a session be older; tokens that it gets from a refresh say so. */
export async function ageSignIn(server: FullServer, userId: string, milliseconds: number): Promise<void> {
  const authTime = new Date(Date.now() - milliseconds);
  await server.app.db.session.updateMany({ where: { userId }, data: { authTime } });
}

/** The actions recorded about an account, by whom, in their order. */
export async function eventsAbout(server: FullServer, subjectId: string) {
  const events = await server.app.db.auditEvent.findMany({
    where: { subjectId },
    orderBy: { id: 'asc' },
    select: { action: true, actorId: true, data: true },
  });
  return events;
}
