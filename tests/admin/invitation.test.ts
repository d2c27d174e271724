import { randomUUID } from 'node:crypto';
import { codeOf, logIn } from '../auth/signed-in.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';
import { eventsAbout, signInAs, type Person } from './staff.js';

const CREATE =
  'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id email isVerified roles profile { fullName } } } }';

let server: FullServer;
let admin: Person;

beforeAll(async () => {
  server = await startFullServer();
  admin = await signInAs(server, ['ADMIN']);
});
afterAll(() => server.stop());

async function invite(input: object = {}, actor = admin) {
  const email = `${randomUUID()}@example.com`;
  const answer = await server.graphql(CREATE, { input: { email, ...input } }, actor.token);
  const user = (answer.data?.createUser as { user: { id: string } } | null)?.user;
  return { email, answer, user };
}

const press = (token: string, newPassword: string) =>
  fetch(`${server.url}/accept-invitation`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token, newPassword }).toString(),
  });

test('by the page behind the mailed link somebody chooses a password, and signs in', async () => {
  const { email, user, answer } = await invite({ fullName: 'Grace', roles: ['SUPPORT'] });
  expect(answer.data?.createUser).toMatchObject({
    user: { email, isVerified: false, roles: ['USER', 'SUPPORT'], profile: { fullName: 'Grace' } },
  });
  const token = await server.mailedToken('invitation');
  const page = await fetch(`${server.url}/accept-invitation?token=${token}`);
  expect(await page.text()).toContain('<form method="post" action="/accept-invitation">');

  expect(await (await press(token, 'short')).text()).toContain('The password is too short.');
  expect(await (await press(token, PASSWORD)).text()).toContain('Your account is ready');
  expect((await press(token, `${PASSWORD} again`)).status).toBe(400);

  const { tokens } = await logIn(server, email);
  const { data } = await server.graphql('{ viewer { isVerified roles } }', {}, tokens.accessToken);
  expect(data?.viewer).toEqual({ isVerified: true, roles: ['USER', 'SUPPORT'] });
  const actions = (await eventsAbout(server, user?.id ?? '')).map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(['user.invited', 'user.invitation_accepted']));
});

test('over GraphQL too; the token works once', async () => {
  const { email } = await invite();
  const token = await tokenTo(email);
  const accept = 'mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { success } }';
  const input = { token, newPassword: PASSWORD };
  expect((await server.graphql(accept, { input })).data?.acceptInvitation).toEqual({ success: true });
  expect(codeOf(await server.graphql(accept, { input }))).toBe('TOKEN_INVALID');
  await logIn(server, email);
});

test('before it is accepted nobody signs in to it', async () => {
  const { email } = await invite();
  const answer = await server.rest('POST', '/api/v1/auth/login', { email, password: PASSWORD });
  expect(answer.body?.code).toBe('INVALID_CREDENTIALS');
});

test('an address that is taken is refused, and leaves nothing behind', async () => {
  const before = await server.app.db.user.count();
  const { answer } = await invite({ email: admin.email.toUpperCase() });
  expect(codeOf(answer)).toBe('EMAIL_TAKEN');
  expect(await server.app.db.user.count()).toBe(before);
});

test('a name that is too long is refused', async () => {
  const { answer } = await invite({ fullName: 'x'.repeat(101) });
  expect(codeOf(answer)).toBe('BAD_USER_INPUT');
});

test('a token of another purpose sets no first password', async () => {
  const { email } = await invite();
  await tokenTo(email);
  await server.rest('POST', '/api/v1/auth/reset-password', { email });
  const token = await server.mailedToken('reset-password');
  expect((await press(token, PASSWORD)).status).toBe(400);
});

/** The token that was mailed last; the mail before may have come late. */
async function tokenTo(email: string): Promise<string> {
  const { id } = await server.app.db.user.findUniqueOrThrow({ where: { email }, select: { id: true } });
  for (let attempt = 0; attempt < 1_200; attempt += 1) {
    if ((await server.app.db.outgoingMail.count({ where: { userId: id } })) === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return server.mailedToken('invitation');
}
