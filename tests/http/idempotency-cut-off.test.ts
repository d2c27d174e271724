import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import pg from 'pg';
import { after, DAY, MINUTE, systemClock } from '../../src/clock.js';
import type { Claim } from '../../src/database/claim.js';
import { withDeadline } from '../../src/database/request-deadline.js';
import { createLog } from '../../src/log.js';
import { createIdempotentRequests, type Outcome } from '../../src/security/requests/idempotent-requests.js';
import { signInAs, type Person } from '../admin/staff.js';
import { eventually } from '../setup/eventually.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { testKeyRing } from '../setup/test-keys.js';

// Requests that end without an answer that says what they did: by their deadline, or with their process. A repetition is
// carried out if the first changed nothing, and never if it changed something.

let server: FullServer;
let owner: pg.Client;
beforeAll(async () => {
  server = await startFullServer({ REQUEST_TIMEOUT: '2s' });
  owner = new pg.Client(server.ownerUrl);
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await server.stop();
});

async function send(person: Person, key: string, query: string) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': key,
      authorization: `Bearer ${person.token}`,
    },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as {
    data?: Record<string, unknown> | null;
    errors?: { message: string; extensions: { code: string } }[];
  };
  const isReplayed = response.headers.get('idempotency-replayed') === 'true';
  return { status: response.status, data, code: errors?.[0]?.extensions.code, isReplayed };
}

const OBJECT =
  'objection: objectToProcessing(input: { purpose: "newsletter", policyVersion: "1" }) { consents { granted } }';
const RENAME = 'name: updateProfile(input: { fullName: "Ada" }) { user { profile { fullName } } }';

const objectionsOf = ({ id }: Person) => server.app.db.dataSubjectRequest.count({ where: { userId: id } });
const rowsOf = ({ id }: Person) =>
  server.app.db.idempotentRequest.findMany({
    where: { userId: id },
    select: { answer: true, hasChanged: true },
  });

describe('a request that meets its deadline', () => {
  const [changed, unchanged] = [randomUUID(), randomUUID()];
  let ada: Person;
  let bo: Person;

  beforeAll(async () => {
    // On a busy machine the time may be over before the first change: then another person tries.
    await eventually(async () => {
      [ada, bo] = [await signInAs(server), await signInAs(server)];
      await owner.query('BEGIN');
      await owner.query('LOCK TABLE user_profiles IN ACCESS EXCLUSIVE MODE');
      const answers = await Promise.all([
        send(ada, changed, `mutation { ${OBJECT} ${RENAME} }`),
        send(bo, unchanged, `mutation { ${RENAME} }`),
      ]).finally(() => owner.query('ROLLBACK'));
      expect(answers.map(({ code }) => code)).toEqual(['TIMED_OUT', 'TIMED_OUT']);
      expect(await objectionsOf(ada)).toBe(1);
    });
  });

  test('after a first change is not carried out again: a repetition says that its outcome is unknown', async () => {
    for (let time = 0; time < 2; time += 1) {
      const again = await send(ada, changed, `mutation { ${OBJECT} ${RENAME} }`);
      expect(again).toMatchObject({ status: 409, code: 'OUTCOME_UNKNOWN' });
    }
    expect(await objectionsOf(ada)).toBe(1);
    expect(await rowsOf(ada)).toEqual([{ answer: null, hasChanged: true }]);
    expect((await send(ada, randomUUID(), `mutation { ${RENAME} }`)).code).toBeUndefined();
  });

  test('before it changed anything is carried out when it is repeated under the same key', async () => {
    expect(await rowsOf(bo)).toEqual([]);
    const again = await send(bo, unchanged, `mutation { ${RENAME} }`);
    expect(again).toMatchObject({ status: 200, isReplayed: false, code: undefined });
    expect((await send(bo, unchanged, `mutation { ${RENAME} }`)).isReplayed).toBe(true);
  });
});

test('a refusal below a mutation that was carried out does not free its key', async () => {
  const [cleo, key] = [await signInAs(server), randomUUID()];
  const query = `mutation { updateProfile(input: { fullName: "Cleo" }) {
    user { auditEvents(after: "forged") { nodes { action } } } } }`;
  expect(await send(cleo, key, query)).toMatchObject({
    code: 'BAD_USER_INPUT',
    data: { updateProfile: null },
  });
  expect(await send(cleo, key, query)).toMatchObject({ status: 409, code: 'OUTCOME_UNKNOWN' });
  const where = { subjectId: cleo.id, action: 'profile.updated' };
  expect(await server.app.db.auditEvent.count({ where })).toBe(1);
});

test('what is recorded beside a request that changes nothing is no change of it', async () => {
  const [dora, key] = [await signInAs(server), randomUUID()];
  const tamper = `UPDATE users SET email = overlay(email PLACING 'AAAA' FROM length(email) - 8) WHERE id = $1`;
  const { email } = (await owner.query<{ email: string }>('SELECT email FROM users WHERE id = $1', [dora.id]))
    .rows[0]!;
  await owner.query(tamper, [dora.id]);
  expect((await send(dora, key, `mutation { ${OBJECT} }`)).code).toBe('INTERNAL_SERVER_ERROR');
  const where = { subjectId: dora.id, action: 'pii.open_failed' };
  await eventually(async () => expect(await server.app.db.auditEvent.count({ where })).toBe(1));
  await owner.query('UPDATE users SET email = $2 WHERE id = $1', [dora.id, email]);
  expect(await send(dora, key, `mutation { ${OBJECT} }`)).toMatchObject({ status: 200, code: undefined });
});

describe('a process that dies', () => {
  const never = () => Promise.reject<Outcome>(new Error('carried out again'));
  const done = { answer: 'done', kept: 'done', ending: 'done', userId: null } as const;
  let now = systemClock.now();

  /** One of several processes that share the database. */
  const aProcess = () =>
    createIdempotentRequests({
      db: server.app.db,
      secrets: testKeyRing().searchIndex,
      clock: { now: () => now },
      ttl: DAY,
      log: createLog('silent'),
      patience: 0,
    });
  const ask = () => ({ key: randomUUID(), userId: null, caller: 'a', request: 'b' });
  const recordIn = (subjectId: string) =>
    server.app.db.$transaction((tx) =>
      server.app.services.audit.record(tx, {
        action: 'profile.updated',
        actorId: null,
        subjectId,
        origin: null,
      }),
    );
  const recordsOf = (subjectId: string) => server.app.db.auditEvent.count({ where: { subjectId } });

  /** Begins `work` in a process that nothing more is heard of once it has come to an end. */
  async function beginAndDie(asked: ReturnType<typeof ask>, work: () => Promise<unknown>): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const carryOut = async (claim: Claim): Promise<Outcome> => {
        await withDeadline(MINUTE, work, claim).then(() => resolve());
        return new Promise(() => undefined);
      };
      aProcess().once(asked, carryOut).catch(reject);
    });
  }

  test('after a change leaves a key whose repetition says so, once nobody can be at it any more', async () => {
    const [asked, subject] = [ask(), randomUUID()];
    await beginAndDie(asked, () => recordIn(subject));
    await expect(aProcess().once(asked, never)).rejects.toMatchObject({ code: 'CONFLICT' });
    now = after(now, MINUTE + 1);
    await expect(aProcess().once(asked, never)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await recordsOf(subject)).toBe(1);
  });

  test('before a change, or having read only, leaves a key that may be used again', async () => {
    const [first, second] = [ask(), ask()];
    await beginAndDie(first, () => Promise.resolve());
    await beginAndDie(second, () => server.app.db.$transaction((tx) => tx.user.count()));
    now = after(now, MINUTE + 1);
    for (const asked of [first, second]) {
      expect(await aProcess().once(asked, () => Promise.resolve(done))).toEqual({
        answer: 'done',
        isRepeated: false,
      });
    }
  });

  test('and was only slow commits nothing once another has taken its key over', async () => {
    const [asked, subject] = [ask(), randomUUID()];
    const steps = new EventEmitter();
    const slow = aProcess().once(asked, async (claim) => {
      steps.emit('began');
      await once(steps, 'go on');
      await withDeadline(MINUTE, () => recordIn(subject), claim);
      return done;
    });
    await once(steps, 'began');
    now = after(now, MINUTE + 1);
    const other = await aProcess().once(asked, () => Promise.resolve(done));
    steps.emit('go on');
    await expect(slow).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(other.isRepeated).toBe(false);
    expect(await recordsOf(subject)).toBe(0);
    expect((await aProcess().once(asked, never)).isRepeated).toBe(true);
  });
});
