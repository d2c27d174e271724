import { startFullServer, type FullServer } from '../setup/full-server.js';
import { createAccount, signInAs, type Person } from './staff.js';

let server: FullServer;
let admin: Person;
beforeAll(async () => {
  server = await startFullServer();
  admin = await signInAs(server, ['ADMIN']);
});
afterAll(() => server.stop());

async function countByDomain(): Promise<number> {
  const { data } = await server.graphql(
    '{ users(filter: { emailDomain: "example.com" }) { totalCount } }',
    {},
    admin.token,
  );
  return (data?.users as { totalCount: number }).totalCount;
}

test('accounts that have no index of their domain yet get it by the hourly upkeep, under the key in use', async () => {
  for (let made = 0; made < 3; made += 1) await createAccount(server);
  await server.app.db.$executeRaw`UPDATE users SET email_domain_index = NULL`;
  expect(await countByDomain()).toBe(0);
  await server.app.keyUpkeep.upkeep({ rate: null, grace: 0 });
  expect(await countByDomain()).toBe(4);
  const { keys, runs } = await server.app.keyUpkeep.status();
  expect(keys.filter(({ kind }) => kind === 'search-index').map(({ state }) => state)).toEqual(['active']);
  expect(runs).toEqual([]);
});
