import { after, MINUTE } from '../../../src/clock.js';
import { eventsAbout } from '../../admin/staff.js';
import { codeOf } from '../../auth/signed-in.js';
import { PASSWORD, startFullServer, type FullServer } from '../../setup/full-server.js';
import { exportsOf, fetchLink, readyExport, signUp, type Person } from '../export-setup.js';

let server: FullServer;
let owner: Person;
let other: Person;
let exportId: string;

beforeAll(async () => {
  server = await startFullServer();
  [owner, other] = [await signUp(server), await signUp(server)];
  ({ id: exportId } = await readyExport(server, owner));
});
afterAll(() => server?.stop());

const newLink = async () => (await exportsOf(server, owner))[0]!.downloadUrl!;

test('a link works once, and a newer one not after an older was used', async () => {
  const downloads = async () =>
    (await eventsAbout(server, owner.id)).filter(({ action }) => action === 'export.downloaded');
  const [first, second] = [await newLink(), await newLink()];
  expect(await downloads()).toEqual([]);
  const fetched = await fetchLink(server, first);
  expect(fetched.status).toBe(200);
  expect(fetched.headers.get('content-type')).toBe('application/zip');
  expect(fetched.headers.get('cache-control')).toBe('no-store');
  expect((await fetched.arrayBuffer()).byteLength).toBeGreaterThan(1_000);
  for (const link of [first, second]) {
    const again = await fetchLink(server, link);
    expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([400, 'TOKEN_INVALID']);
  }
  expect(await downloads()).toMatchObject([{ actorId: owner.id, data: { exportId } }]);
  expect((await fetchLink(server, await newLink(), owner.token)).status).toBe(200);
});

test('of several fetches at once one succeeds', async () => {
  const link = await newLink();
  const answers = await Promise.all(Array.from({ length: 6 }, () => fetchLink(server, link)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400]);
  await Promise.all(answers.map((answer) => answer.arrayBuffer()));
});

test('it is refused with somebody else’s access token, altered, or for another export, and stays unused', async () => {
  const link = await newLink();
  expect((await fetchLink(server, link, other.token)).status).toBe(403);
  const { id } = await readyExport(server, other);
  for (const bad of [
    link.replace(exportId, id),
    link.slice(0, -1),
    `${link}A`,
    link.split('?')[0]!,
    link.replace(/\.[0-9a-z]+\./, '.zzzzzz.'),
  ]) {
    expect((await fetchLink(server, bad)).status).toBe(400);
  }
  expect((await fetchLink(server, link.replace(exportId, 'no-uuid'))).status).toBe(400);
  expect((await fetchLink(server, link)).status).toBe(200);
});

test('it ends with the session that asked for it', async () => {
  const login = await server.rest('POST', '/api/v1/auth/login', { email: owner.email, password: PASSWORD });
  const token = login.body?.access_token as string;
  const [{ downloadUrl }] = (await exportsOf(server, { ...owner, token })) as unknown as [
    { downloadUrl: string },
  ];
  await server.graphql('mutation { logout { success } }', {}, token);
  expect((await fetchLink(server, downloadUrl)).status).toBe(400);
});

test('it ends after ten minutes', async () => {
  const { exports } = server.app.services;
  const viewer = { userId: owner.id, sessionId: exportId, authTime: new Date(), amr: ['pwd'], scope: [] };
  const record = (await exports.find(owner.id, exportId))!;
  const link = new URL((await exports.createLink(record, viewer))!);
  const until = parseInt(link.searchParams.get('token')!.split('.')[1]!, 36) * 1_000;
  expect(until).toBeGreaterThan(after(new Date(), 9 * MINUTE).getTime());
  expect(until).toBeLessThanOrEqual(after(new Date(), 10 * MINUTE).getTime());
});

test('neither request nor link can be had with a stale sign-in', async () => {
  const { exports } = server.app.services;
  const stale = {
    userId: owner.id,
    sessionId: exportId,
    authTime: after(new Date(), -11 * MINUTE),
    amr: [],
    scope: [],
  };
  const order = { viewer: stale, origin: { ipAddress: null, userAgent: null } };
  await expect(exports.request(order)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
  await expect(exports.requestFor(other.id, order)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
  const record = (await exports.find(owner.id, exportId))!;
  await expect(exports.createLink(record, stale)).rejects.toMatchObject({ code: 'STEP_UP_REQUIRED' });
});

test('staff have data exported for a person, who alone gets the link; unknown ids are NOT_FOUND', async () => {
  const EXPORT = `mutation ($id: ID!) { exportUserData(userId: $id) { dataExport { id status downloadUrl } } }`;
  expect(codeOf(await server.graphql(EXPORT, { id: owner.id }, other.token))).toBe('FORBIDDEN');
  const officer = await signUp(server);
  await server.app.db.userRole.create({ data: { userId: officer.id, role: 'PRIVACY_OFFICER' } });
  for (const id of ['nobody', '3e9f3a9e-1c7a-4e1c-9a44-1d3c5f1f6a11']) {
    expect(codeOf(await server.graphql(EXPORT, { id }, officer.token))).toBe('NOT_FOUND');
  }
  const asked = await server.graphql(EXPORT, { id: other.id }, officer.token);
  expect(asked.errors).toBeUndefined();
  const { dataExport } = asked.data?.exportUserData as { dataExport: { id: string; downloadUrl: null } };
  expect(dataExport.downloadUrl).toBeNull();
  expect((await exportsOf(server, other)).map(({ id }) => id)).toContain(dataExport.id);
  const node = await server.graphql(`query ($id: ID!) { node(id: $id) { id } }`, dataExport, officer.token);
  expect(node.data?.node).toBeNull();
});

test('asking again while one copy is made answers that one', async () => {
  const asker = await signUp(server);
  const ASK =
    'mutation { a: requestDataExport { dataExport { id } } b: requestDataExport { dataExport { id } } }';
  const { data } = await server.graphql(ASK, {}, asker.token);
  expect(data?.a).toEqual(data?.b);
});
