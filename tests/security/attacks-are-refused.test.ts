import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ATTACKS } from '../../bench/attack-documents.js';
import { PASSWORD, startFullServer, type FullServer } from '../setup/full-server.js';

let server: FullServer;
beforeAll(async () => {
  server = await startFullServer({ GRAPHQL_INTROSPECTION: 'true' });
});
afterAll(() => server.stop());

async function send(body: unknown, token?: string) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const { data, errors } = (await response.json()) as {
    data?: unknown;
    errors: { extensions: { code: string; measure?: string } }[];
  };
  return {
    status: response.status,
    data,
    code: errors[0]?.extensions.code,
    measure: errors[0]?.extensions.measure,
  };
}

test.each(ATTACKS)('$name', async ({ body, code, measure }) => {
  for (const salt of ['x1', 'x2']) {
    expect(await send(body(salt))).toEqual({ status: 400, data: undefined, code, measure });
  }
});

test('whoever is signed in is refused alike', async () => {
  const input = { email: 'ada@example.com', password: PASSWORD };
  await server.rest('POST', '/api/v1/auth/register', input);
  const { body } = await server.rest('POST', '/api/v1/auth/login', input);
  for (const { body: attack, code } of ATTACKS) {
    expect(await send(attack('x3'), String(body?.access_token))).toMatchObject({ status: 400, code });
  }
});

test('memory stays flat, though every text is another', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = async (rounds: number, salt: string): Promise<number> => {
    for (let round = 0; round < rounds; round += 1) {
      for (const { body } of ATTACKS) await send(body(`${salt}${round}`));
    }
    collect();
    return process.memoryUsage().heapUsed / 1024 ** 2;
  };
  const before = await used(5, 'warm');
  const after = await used(25, 'more');
  // The texts alone are 25 rounds × 400 kB: kept, they would show.
  expect(after - before).toBeLessThan(6);
});
