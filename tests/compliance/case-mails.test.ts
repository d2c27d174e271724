import pg from 'pg';
import { after, DAY } from '../../src/clock.js';
import { formatMoment } from '../../src/mail/templates/layout.js';
import { addMonths } from '../../src/services/compliance/cases/case-deadline.js';
import { signInAs, type Person } from '../admin/staff.js';
import { createSmtpSink } from '../mail/smtp-sink.js';
import { eventually } from '../setup/eventually.js';
import { startFullServer, type FullServer } from '../setup/full-server.js';
import { readyExport } from './export-setup.js';

// What people are told of their cases, by whom else they are told already, and what never leaves.

let server: FullServer;
let smtp: Awaited<ReturnType<typeof createSmtpSink>>;
let owner: pg.Client;
let officer: Person;

beforeAll(async () => {
  smtp = await createSmtpSink();
  server = await startFullServer({ SMTP_URL: smtp.url });
  owner = new pg.Client(server.ownerUrl);
  await owner.connect();
  officer = await signInAs(server, ['PRIVACY_OFFICER']);
});
afterAll(async () => {
  await owner.end();
  await server.stop();
  await smtp.close();
});

const CASE =
  'dataSubjectRequest { id dueAt acknowledgedAt extensionMailedAt decisionMailedAt decisionReason answer }';
const OPEN = `mutation ($input: OpenCaseInput!) { openCase(input: $input) { ${CASE} } }`;
const EXTEND = `mutation ($id: ID!, $reason: String!, $notify: Boolean) {
  extendCase(id: $id, reason: $reason, notify: $notify) { ${CASE} } }`;
const CLOSE = `mutation ($input: CloseCaseInput!) { closeCase(input: $input) { ${CASE} } }`;
const SECRETS = { identityProof: 'canary-proof', evidence: 'canary-evidence' };

interface Case {
  id: string;
  dueAt: string;
  acknowledgedAt: string | null;
  extensionMailedAt: string | null;
  decisionMailedAt: string | null;
}

async function ask<T>(query: string, variables: object, token = officer.token): Promise<T> {
  const { data, errors } = await server.graphql(query, variables, token);
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data ?? {})[0] as T;
}

const caseIn = ({ dataSubjectRequest }: { dataSubjectRequest: Case }) => dataSubjectRequest;
const receivedAt = after(new Date(), -DAY);
const open = async ({ id: userId }: Person, more: object = {}) => {
  const input = { userId, type: 'ERASURE', channel: 'letter', receivedAt: receivedAt.toISOString(), ...more };
  return caseIn(await ask(OPEN, { input }));
};
const extend = async (id: string, reason: string, notify?: boolean) =>
  caseIn(await ask(EXTEND, { id, reason, notify }));
const close = async (id: string, more: object) =>
  caseIn(await ask(CLOSE, { input: { id, evidence: SECRETS.evidence, decision: 'GRANTED', ...more } }));

/** The one case of somebody, as staff sees it. */
const caseOf = ({ id: userId }: Person) =>
  server.app.db.dataSubjectRequest.findFirstOrThrow({ where: { userId }, orderBy: { receivedAt: 'desc' } });

const BEFORE = /^(Confirm your e-mail address|New sign-in)/;

/** Every mail to somebody after their registration and sign-in, by subject, once nothing is on its way any more. */
async function mailsTo({ email }: Person) {
  await eventually(async () => expect(await server.app.db.outgoingMail.count()).toBe(0));
  return smtp.received
    .filter(({ envelope }) => envelope.to.includes(email))
    .map(({ parsed }) => ({
      subject: (parsed.subject ?? '').replace(/ at Custodia/, ''),
      text: parsed.text ?? '',
      html: parsed.html || '',
    }))
    .filter(({ subject }) => !BEFORE.test(subject))
    .sort((one, other) => (one.subject < other.subject ? -1 : 1));
}
const subjectsTo = async (person: Person) => (await mailsTo(person)).map(({ subject }) => subject);

/** What a mail says, its lines joined. */
async function textTo(person: Person, subject: string): Promise<string> {
  const mail = (await mailsTo(person)).find((each) => each.subject === subject);
  return mail?.text.replaceAll('\n', ' ') ?? '';
}

const RECEIVED = 'Your request about your data has arrived';
const EXTENDED = 'Your request about your data takes longer';
const DECIDED = 'Your request about your data has been answered';

test('a request by letter is acknowledged, its extension and its refusal come with reasons and remedies', async () => {
  await owner.query(`CREATE TABLE waited (text text);
    CREATE FUNCTION note_waiting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
      AS 'BEGIN INSERT INTO public.waited VALUES (to_jsonb(NEW)::text); RETURN NULL; END';
    CREATE TRIGGER note AFTER INSERT ON outgoing_mails FOR EACH ROW EXECUTE FUNCTION note_waiting()`);
  const person = await signInAs(server);
  const opened = await open(person, { identityProof: SECRETS.identityProof });
  const extended = await extend(opened.id, 'Many requests\nat once <b>');
  const words = { decision: 'REFUSED', reason: 'A court needs them.', answer: 'We keep nothing else.' };
  const closed = await close(opened.id, words);
  for (const moment of [opened.acknowledgedAt, closed.acknowledgedAt, closed.extensionMailedAt]) {
    expect(moment).not.toBeNull();
  }
  expect([opened.extensionMailedAt, extended.decisionMailedAt]).toEqual([null, null]);
  expect(closed.decisionMailedAt).not.toBeNull();
  expect(closed).toMatchObject({ decisionReason: words.reason, answer: words.answer });

  const mails = await mailsTo(person);
  expect(mails.map(({ subject }) => subject)).toEqual([RECEIVED, DECIDED, EXTENDED]);
  const first = await textTo(person, RECEIVED);
  const second = await textTo(person, EXTENDED);
  const third = await textTo(person, DECIDED);
  expect(first).toContain('your request to have your data erased');
  expect(first).toContain(`by ${formatMoment(addMonths(receivedAt, 1).toISOString())}`);
  expect(second).toContain(`by ${formatMoment(addMonths(receivedAt, 3).toISOString())}`);
  expect(second).toMatch(/Many requests\s+at once <b>/);
  expect(mails[2]?.html).toContain('<p>at once &lt;b&gt;</p>');
  for (const part of ['was refused', words.reason, words.answer, 'supervisory authority', 'go to court']) {
    expect(third).toContain(part);
  }
  for (const { text } of mails) expect(text).toContain(opened.id);
  expect(JSON.stringify(mails)).not.toContain('canary');

  const { rows } = await owner.query<{ text: string }>('SELECT text FROM waited');
  const waited = rows.map(({ text }) => text).join();
  expect(waited).toContain('case-decided');
  for (const word of ['Many requests', 'court', person.email]) expect(waited).not.toContain(word);
  await owner.query('DROP TRIGGER note ON outgoing_mails');
});

test('what is granted needs no remedy; under the CCPA a refusal names California, a late entry its lateness', async () => {
  const [ada, bo] = [await signInAs(server), await signInAs(server)];
  await close((await open(ada)).id, { answer: 'All of it is gone.' });
  const long = after(new Date(), -60 * DAY).toISOString();
  const { id } = await open(bo, { type: 'CCPA_DELETE', receivedAt: long });
  await close(id, { decision: 'PARTLY_GRANTED', reason: 'The invoices stay.' });
  expect(await textTo(ada, DECIDED)).toMatch(/All that you asked for was done\..*All of it is gone\./);
  expect(await textTo(ada, DECIDED)).not.toContain('complain');
  expect(await textTo(bo, RECEIVED)).toContain('is late');
  expect(await textTo(bo, DECIDED)).toContain('California Privacy Protection Agency');
  expect(await textTo(bo, DECIDED)).not.toContain('GDPR');
});

test('whoever is told in another way gets no mail, and the case says that it was not the server', async () => {
  const person = await signInAs(server);
  const { id, acknowledgedAt } = await open(person, { notify: false });
  const { extensionMailedAt } = await extend(id, 'Many requests', false);
  const { decisionMailedAt } = await close(id, { notify: false });
  expect([acknowledgedAt, extensionMailedAt, decisionMailedAt]).toEqual([null, null, null]);
  expect(await mailsTo(person)).toEqual([]);
});

test('where the address does not open, the case goes its way without a mail', async () => {
  const person = await signInAs(server);
  const broken = `UPDATE users SET email = overlay(email PLACING 'AAAA' FROM length(email) - 8) WHERE id = $1`;
  await owner.query(broken, [person.id]);
  const { id, acknowledgedAt } = await open(person);
  const { extensionMailedAt } = await extend(id, 'Many requests');
  const { decisionMailedAt } = await close(id, {});
  expect([acknowledgedAt, extensionMailedAt, decisionMailedAt]).toEqual([null, null, null]);
  expect(await mailsTo(person)).toEqual([]);
});

test('what the server answers by itself is told once', async () => {
  const [ada, bo, cleo, dora] = [
    await signInAs(server),
    await signInAs(server),
    await signInAs(server),
    await signInAs(server),
  ];
  const objection = { purpose: 'newsletter', policyVersion: '1', grounds: 'canary-grounds' };
  const OBJECT = 'mutation ($input: ObjectionInput!) { objectToProcessing(input: $input) { __typename } }';
  await ask(OBJECT, { input: objection }, ada.token);
  await ask('mutation { setProcessingRestriction(restricted: true) { __typename } }', {}, bo.token);
  await readyExport(server, cleo);
  const ERASE = 'mutation { requestErasure { erasureRequest { id } } }';
  const { erasureRequest } = await ask<{ erasureRequest: { id: string } }>(ERASE, {}, dora.token);
  expect(await caseOf(dora)).toMatchObject({ acknowledgedAt: expect.any(Date), decisionMailedAt: null });
  await ask('mutation ($id: ID!) { cancelErasure(id: $id) { __typename } }', erasureRequest, dora.token);

  expect(await subjectsTo(ada)).toEqual([RECEIVED]);
  expect(JSON.stringify(await mailsTo(ada))).not.toContain('canary');
  expect(await caseOf(ada)).toMatchObject({ acknowledgedAt: expect.any(Date), decisionMailedAt: null });
  expect(await subjectsTo(bo)).toEqual([DECIDED]);
  expect(await subjectsTo(cleo)).toEqual(['The copy of your data is ready']);
  expect(await subjectsTo(dora)).toEqual(['Your account will be erased', 'Your account will not be erased']);
  for (const person of [bo, cleo, dora]) {
    expect(await caseOf(person)).toMatchObject({ status: 'CLOSED', decisionMailedAt: expect.any(Date) });
  }
});

test('an erasure that waits under a hold is acknowledged without a day; the day comes with the release', async () => {
  const person = await signInAs(server);
  const HOLD =
    'mutation ($userId: ID!) { placeLegalHold(userId: $userId, reason: "canary-claim") { __typename } }';
  const RELEASE = 'mutation ($userId: ID!) { releaseLegalHold(userId: $userId) { __typename } }';
  await ask(HOLD, { userId: person.id });
  await ask('mutation { requestErasure { __typename } }', {}, person.token);
  expect(await subjectsTo(person)).toEqual([RECEIVED]);
  expect(await caseOf(person)).toMatchObject({ acknowledgedAt: expect.any(Date) });
  await ask(RELEASE, { userId: person.id });
  expect(await subjectsTo(person)).toEqual(['Your account will be erased', RECEIVED]);
  expect(JSON.stringify(await mailsTo(person))).not.toContain('canary');
});

test('a mail that the mail server refuses for good shows as not sent', async () => {
  const person = await signInAs(server);
  const { id } = await open(person);
  await mailsTo(person);
  smtp.refuseNext(550);
  expect((await close(id, {})).decisionMailedAt).not.toBeNull();
  expect(await subjectsTo(person)).toEqual([RECEIVED]);
  expect(await caseOf(person)).toMatchObject({
    status: 'CLOSED',
    acknowledgedAt: expect.any(Date),
    decisionMailedAt: null,
  });
});
