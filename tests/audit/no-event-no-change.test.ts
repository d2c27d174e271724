import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { createApiSchema } from '../../src/app/schema.js';
import { signInAs, type Person } from '../admin/staff.js';
import { codeAt } from '../auth/authenticator.js';
import { beginLogin, beginRegistration, ORIGIN } from '../auth/passkeys/passkey-setup.js';
import { createAuthenticator, type Credential } from '../auth/passkeys/software-authenticator.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { LEFT } from './what-mutations-leave.js';

// Each mutation of the schema is called twice: while no event can be inserted, when it must fail and leave every
// table as it was, and then as usual, when it must work, record its own events and send its mails: else the first call
// would have shown nothing.

/**
 * `refreshSession` says nothing that `lastSeenAt` does not, every few minutes; the others only hand out a challenge,
 * and what comes of it is the event.
 */
const WITHOUT_EVENT = ['refreshSession', 'beginPasskeyLogin', 'beginPasskeyRegistration', 'beginSocialLink'];

/** Needs a provider beside the server. */
const TRIED_WITH_A_PROVIDER = ['exchangeSocialLogin'];

let server: FullServer;
let superuser: pg.Client;
let admin: Person;
let user: Person;
let subject: Person;
let owner: Person;
let recoveryCodes: string[] = [];
let ids: Record<string, string>;
let credential: Credential;
const authenticator = createAuthenticator(ORIGIN);

beforeAll(async () => {
  server = await startFullServer();
  superuser = new pg.Client({ connectionString: server.ownerUrl });
  await superuser.connect();
  admin = await signInAs(server, ['ADMIN', 'PRIVACY_OFFICER']);
  user = await signInAs(server);
  subject = await signInAs(server);
  owner = await signInAs(server);
  ids = {};
});
afterAll(async () => {
  await superuser.end();
  await server.stop();
});

interface Call {
  mutation: string;
  by?: () => Person | null;
  input?: () => Promise<object> | object;
  arguments?: () => Promise<Record<string, unknown>> | Record<string, unknown>;
  select?: string;
  /** A table that changes all the same: the counter of a passkey moves with each answer, as the challenge is spent. */
  ignores?: string;
  /** What it was called with is good for one call, whatever came of it. */
  spendsArguments?: boolean;
  keep?: (answer: never) => void;
}

const asUser = () => user;
const asSubject = () => subject;
const asOwner = () => owner;
const asAdmin = () => admin;
const mailed = async (template: string) => {
  await quiet();
  return { token: await server.mailedToken(template) };
};
const about = () => ({ userId: subject.id });
const keepRecoveryCodes = (payload: { recoveryCodes: string[] }) =>
  void (recoveryCodes = [...payload.recoveryCodes]);
const newPassword = 'another correct horse battery';

const CALLS: Call[] = [
  { mutation: 'register', input: () => ({ email: `${randomUUID()}@example.com`, password: PASSWORD }), select: '{ userId }' },
  { mutation: 'login', input: () => ({ email: user.email, password: PASSWORD }), select: '{ __typename }' },
  { mutation: 'verifyEmail', arguments: () => mailed('verify-email') },
  { mutation: 'updateProfile', by: asUser, input: () => ({ fullName: randomUUID() }), select: '{ user { id } }' },
  { mutation: 'setConsent', by: asUser, input: () => ({ purpose: 'newsletter', granted: true, policyVersion: '1' }), select: '{ consents { granted } }' },
  { mutation: 'objectToProcessing', by: asUser, input: () => ({ purpose: 'newsletter', policyVersion: '1' }), select: '{ consents { granted } }' },
  { mutation: 'setProcessingRestriction', by: asUser, arguments: () => ({ restricted: true }), select: '{ user { id } }' },
  { mutation: 'requestDataExport', by: asUser, select: '{ dataExport { id } }' },
  { mutation: 'requestErasure', by: asUser, select: '{ erasureRequest { id } }', keep: ({ erasureRequest: { id } }: { erasureRequest: { id: string } }) => (ids.erasure = id) },
  { mutation: 'cancelErasure', by: asUser, arguments: () => ({ id: ids.erasure }), select: '{ erasureRequest { id } }' },
  { mutation: 'reauthenticate', by: asUser, arguments: () => ({ password: PASSWORD }), select: '{ accessToken }' },
  { mutation: 'revokeSession', by: asUser, arguments: async () => ({ id: await otherSession() }), select: '{ revoked }' },
  { mutation: 'revokeOtherSessions', by: asUser, arguments: async () => (await otherSession(), {}), select: '{ revoked }' },
  { mutation: 'changePassword', by: asUser, input: () => ({ currentPassword: PASSWORD, newPassword }) },
  { mutation: 'requestEmailChange', by: asUser, arguments: () => ({ newEmail: `${randomUUID()}@example.com`, password: newPassword }) },
  { mutation: 'confirmEmailChange', arguments: () => mailed('confirm-email-change') },
  { mutation: 'undoEmailChange', arguments: () => mailed('email-change-notice') },
  { mutation: 'requestPasswordReset', arguments: () => ({ email: user.email }) },
  { mutation: 'resetPassword', input: async () => ({ ...(await mailed('reset-password')), newPassword: PASSWORD }) },
  { mutation: 'beginTotpEnrollment', by: asOwner, select: '{ secret }', keep: ({ secret }: { secret: string }) => (ids.secret = secret) },
  { mutation: 'confirmTotpEnrollment', by: asOwner, arguments: () => ({ code: codeAt(ids.secret ?? '', new Date()) }), select: '{ recoveryCodes }', keep: keepRecoveryCodes },
  { mutation: 'completeMfa', input: async () => ({ challenge: await challenge(), method: 'RECOVERY_CODE', code: recoveryCodes.shift() }), select: '{ session { id } }' },
  { mutation: 'regenerateRecoveryCodes', by: asOwner, arguments: () => ({ code: recoveryCodes.shift() }), select: '{ recoveryCodes }', keep: keepRecoveryCodes },
  { mutation: 'disableTotp', by: asOwner, arguments: () => ({ code: recoveryCodes.shift() }), select: '{ user { id } }' },
  { mutation: 'finishPasskeyRegistration', spendsArguments: true, by: asOwner, arguments: () => newPasskey(), select: '{ user { passkeys { id } } }', keep: ({ user: { passkeys: [passkey] } }: { user: { passkeys: { id: string }[] } }) => (ids.passkey = passkey?.id ?? '') },
  { mutation: 'finishPasskeyLogin', spendsArguments: true, ignores: 'public.passkeys', arguments: () => passkeyAnswer(), select: '{ session { id } }' },
  { mutation: 'removePasskey', by: asOwner, arguments: () => ({ id: ids.passkey }), select: '{ user { id } }' },
  { mutation: 'unlinkSocialLogin', by: asOwner, arguments: async () => ({ id: await linkedLogin() }), select: '{ user { id } }' },
  { mutation: 'logout', by: asSubject },
  { mutation: 'createUser', by: asAdmin, input: () => ({ email: `${randomUUID()}@example.com` }), select: '{ user { id } }' },
  { mutation: 'acceptInvitation', input: async () => ({ ...(await mailed('invitation')), newPassword: PASSWORD }) },
  { mutation: 'requestEmailVerification', arguments: async () => ({ email: await unverified() }) },
  { mutation: 'setUserRoles', by: asAdmin, arguments: () => ({ ...about(), roles: ['SUPPORT'] }), select: '{ user { id } }' },
  { mutation: 'suspendUser', by: asAdmin, arguments: () => ({ ...about(), reason: 'test' }), select: '{ user { id } }' },
  { mutation: 'reinstateUser', by: asAdmin, arguments: about, select: '{ user { id } }' },
  { mutation: 'revokeUserSessions', by: asAdmin, arguments: async () => (await otherSession(subject.email), about()), select: '{ revoked }' },
  { mutation: 'softDeleteUser', by: asAdmin, arguments: () => ({ ...about(), reason: 'test' }), select: '{ user { id } }' },
  { mutation: 'restoreUser', by: asAdmin, arguments: about, select: '{ user { id } }' },
  { mutation: 'exportUserData', by: asAdmin, arguments: about, select: '{ dataExport { id } }' },
  { mutation: 'placeLegalHold', by: asAdmin, arguments: () => ({ ...about(), reason: 'test' }), select: '{ user { id } }' },
  { mutation: 'releaseLegalHold', by: asAdmin, arguments: about, select: '{ user { id } }' },
  { mutation: 'openCase', by: asAdmin, input: () => ({ ...about(), type: 'ACCESS', channel: 'letter', receivedAt: new Date().toISOString() }), select: '{ dataSubjectRequest { id } }', keep: ({ dataSubjectRequest: { id } }: { dataSubjectRequest: { id: string } }) => (ids.case = id) },
  { mutation: 'extendCase', by: asAdmin, arguments: () => ({ id: ids.case, reason: 'test' }), select: '{ dataSubjectRequest { id } }' },
  { mutation: 'closeCase', by: asAdmin, input: () => ({ id: ids.case, decision: 'GRANTED', evidence: 'test', reason: 'test' }), select: '{ dataSubjectRequest { id } }' },
  { mutation: 'eraseUser', by: asAdmin, arguments: () => ({ ...about(), reason: 'test' }), select: '{ erasureRequest { id } }' },
]; // prettier-ignore

const MUTATIONS = createApiSchema().getMutationType()?.getFields() ?? {};

test('every mutation is tried, or is known to write no event', () => {
  const tried = CALLS.map(({ mutation }) => mutation);
  expect([...tried, ...WITHOUT_EVENT, ...TRIED_WITH_A_PROVIDER].sort()).toEqual(
    Object.keys(MUTATIONS).sort(),
  );
  expect(Object.keys(LEFT).sort()).toEqual([...tried].sort());
});

test.each(CALLS)('$mutation', async (call) => {
  let args = await readArguments(call);
  const token = call.by?.()?.token;
  await quiet();
  await superuser.query('ALTER TABLE audit_events ADD CONSTRAINT no_events CHECK (false) NOT VALID');
  const before = await contents();
  let refused;
  try {
    refused = await send(call, args, token);
    const after = await contents();
    if (call.ignores) after[call.ignores] = before[call.ignores] ?? '';
    expect(after).toEqual(before);
  } finally {
    await superuser.query('ALTER TABLE audit_events DROP CONSTRAINT no_events');
  }
  expect(refused.errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
  if (call.spendsArguments) args = await readArguments(call);
  await quiet();
  const earlier = { events: await recorded(), mails: await mails() };
  const answer = await send(call, args, token);
  expect(answer.errors ?? []).toEqual([]);
  const { events, mails: templates = [] } = LEFT[call.mutation] ?? { events: [] };
  const actions = [...(await recorded())]
    .filter(([id]) => !earlier.events.has(id))
    .map(([, action]) => action);
  expect(actions).toEqual(expect.arrayContaining(events));
  await quiet();
  const sent = (await mails()).filter((file) => !earlier.mails.includes(file));
  expect(templates.filter((name) => !sent.some((file) => file.endsWith(`-${name}.eml`)))).toEqual([]);
  call.keep?.(answer.data?.[call.mutation] as never);
});

async function readArguments(call: Call): Promise<Record<string, unknown>> {
  return { ...(await call.arguments?.()), ...(call.input ? { input: await call.input() } : {}) };
}

function send({ mutation, select = '{ success }' }: Call, args: Record<string, unknown>, token?: string) {
  const known = MUTATIONS[mutation]?.args ?? [];
  const given = known.filter(({ name }) => name in args);
  const declared = given.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
  const head = declared === '' ? 'mutation' : `mutation (${declared})`;
  return server.graphql(`${head} { ${mutation}${passed && `(${passed})`} ${select} }`, args, token);
}

/**
 * What every table holds, but for what the server does by itself all the time, the counts of attempts, and ceremonies
 * with passkeys: one is good for one answer, whatever comes of it.
 */
async function contents(): Promise<Record<string, string>> {
  const { rows } = await superuser.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname = 'public' AND tablename NOT LIKE 'audit_%' AND tablename NOT IN ('attempt_counters', 'passkey_ceremonies') OR schemaname = 'pgboss' AND tablename = 'job'`,
  );
  const found: Record<string, string> = {};
  for (const { name } of rows) {
    // pg-boss's own jobs come and go, and so do those that the clock makes: a minute may begin between two looks.
    const made = "WHERE t.name NOT LIKE '\\_\\_%' AND t.name NOT IN (SELECT name FROM pgboss.schedule)";
    const filter = name === 'pgboss.job' ? made : '';
    const result = await superuser.query<{ digest: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') AS digest FROM ${name} t ${filter}`,
    );
    found[name] = result.rows[0]?.digest ?? '';
  }
  return found;
}

/** The action of every event, by its id. */
async function recorded(): Promise<Map<string, string>> {
  const { rows } = await superuser.query<{ id: string; action: string }>(
    'SELECT id, action FROM audit_events',
  );
  return new Map(rows.map(({ id, action }) => [id, action]));
}

/** The files of the mails that were sent. */
async function mails(): Promise<string[]> {
  return readdir(join(server.dataDir, 'mail')).catch(() => []);
}

/** Waits until no mail and no job is under way, which would change tables by themselves. */
async function quiet(): Promise<void> {
  for (let attempt = 0; attempt < 2_400; attempt += 1) {
    const { rows } = await superuser.query<{ busy: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM outgoing_mails) OR EXISTS (SELECT 1 FROM pgboss.job
         WHERE state < 'completed' AND name NOT LIKE '\\_\\_%' AND start_after <= now()) AS busy`,
    );
    if (rows[0]?.busy === false) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function otherSession(email = user.email): Promise<string> {
  const { data } = await server.graphql(
    'mutation ($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { session { id } } } }',
    { input: { email, password: PASSWORD } },
  );
  return (data?.login as { session: { id: string } }).session.id;
}

async function challenge(): Promise<string> {
  const { data } = await server.graphql(
    'mutation ($input: LoginInput!) { login(input: $input) { ... on MfaRequired { challenge } } }',
    { input: { email: owner.email, password: PASSWORD } },
  );
  return (data?.login as { challenge: string }).challenge;
}

async function newPasskey() {
  const { begun } = await beginRegistration(server, owner.token);
  const made = authenticator.create(begun.options);
  credential = made.credential;
  return { ceremony: begun.ceremony, response: made.answer };
}

async function passkeyAnswer() {
  const { ceremony, options } = await beginLogin(server);
  return { ceremony, response: authenticator.get(options, credential) };
}

async function linkedLogin(): Promise<string> {
  const { id } = await server.app.db.socialLogin.create({
    data: { userId: owner.id, provider: 'acme', providerId: 'acme|owner' },
    select: { id: true },
  });
  return id;
}

async function unverified(): Promise<string> {
  const email = `${randomUUID()}@example.com`;
  await server.rest('POST', '/api/v1/auth/register', { email, password: PASSWORD });
  return email;
}
