import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import jwt from 'jsonwebtoken';
import { eventually } from '../../setup/eventually.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';
import { erasuresOf, requestIn, signUp, type Person } from './erasure-people.js';

// Two systems are told of an erasure: one acknowledges at once, the other fails first.

let server: FullServer;
let receiver: Server;
let base: string;
let officer: Person;
let person: Person;
let requestId: string;
const received: { path: string; type: string; body: string }[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      const path = request.url ?? '';
      const isFirst = !received.some((each) => each.path === path);
      received.push({ path, type: String(request.headers['content-type']), body });
      response.writeHead(path === '/slow' && isFirst ? 500 : 202).end();
    });
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  server = await startFullServer({ ERASURE_WEBHOOK_URLS: `${base}/crm, ${base}/slow` });
  officer = await signUp(server, ['PRIVACY_OFFICER']);
  person = await signUp(server);
  requestId = requestIn(await erasuresOf(server).erase(officer.token, person.id)).id;
});
afterAll(async () => {
  await server.stop();
  receiver.close();
});

test('each system is told, again until it acknowledges, and the request says what each answered', async () => {
  const erasures = erasuresOf(server);
  await eventually(async () => {
    const found = await erasures.find(officer.token, requestId);
    expect(found?.status).toBe('COMPLETED');
    expect(found?.notices).toEqual([
      {
        id: expect.any(String),
        receiver: `${base}/crm`,
        attempts: 1,
        lastStatus: 202,
        acknowledgedAt: expect.any(String),
      },
      {
        id: expect.any(String),
        receiver: `${base}/slow`,
        attempts: 2,
        lastStatus: 202,
        acknowledgedAt: expect.any(String),
      },
    ]);
  });
});

test('the event is a signed Security Event Token that names the account by its id and nothing else', async () => {
  const jwks = (await server.rest('GET', '/.well-known/jwks.json')).body as {
    keys: (object & { kid: string })[];
  };
  const [first] = received;
  expect(first?.type).toBe('application/secevent+jwt');
  const header = jwt.decode(first?.body ?? '', { complete: true })?.header;
  expect(header?.typ).toBe('secevent+jwt');
  const key = jwks.keys.find(({ kid }) => kid === header?.kid);
  const publicKey = createPublicKey({ format: 'jwk', key: key as never });
  const event = jwt.verify(first?.body ?? '', publicKey, {
    algorithms: ['ES256'],
    audience: `${base}${first?.path}`,
  });
  expect(event).toMatchObject({
    sub_id: { format: 'iss_sub', sub: person.id },
    events: { 'https://schemas.openid.net/secevent/risc/event-type/account-purged': {} },
  });
  expect(JSON.stringify(event)).not.toContain('@');
});

test('told twice, a system can recognise the event by its id', () => {
  const ids = received
    .filter(({ path }) => path === '/slow')
    .map(({ body }) => (jwt.decode(body) as { jti: string }).jti);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});
