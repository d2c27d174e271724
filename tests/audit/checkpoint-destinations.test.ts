import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { HOUR } from '../../src/clock.js';
import { createLog } from '../../src/log.js';
import { readCheckpoint, splitNotes } from '../../src/services/audit/checkpoints/checkpoint.js';
import { createPublisher } from '../../src/services/audit/checkpoints/publish-checkpoints.js';
import { createSealer } from '../../src/services/audit/sealing/sealer.js';
import { eventually } from '../setup/eventually.js';
import { createAuditSetup, type AuditSetup } from './audit-setup.js';

let it: AuditSetup;
let receiver: Server;
let url: string;
/** What the receiver answers next, 0 for nothing at all; 200 when there is no more. */
let answers: number[];
let received: { note: string; headers: IncomingHttpHeaders; method: string | undefined }[];
let printed: string[];
let sealer: ReturnType<typeof createSealer>;

beforeEach(async () => {
  it = await createAuditSetup();
  [answers, received, printed] = [[], [], []];
  receiver = createServer((request, response) => {
    void text(request).then((note) => {
      const status = answers.shift() ?? 200;
      received.push({ note, headers: request.headers, method: request.method });
      if (status === 0) return;
      response.writeHead(status, { location: 'http://127.0.0.1:1/elsewhere' }).end();
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/checkpoints`;
  start();
});
afterEach(async () => {
  await sealer.stop();
  receiver.closeAllConnections();
  receiver.close();
  await it.close();
});

/** A sealer that writes to stdout and the webhook, and to no file. */
function start(): void {
  const log = createLog('silent');
  const publisher = createPublisher({
    destinations: ['stdout'],
    webhookUrl: url,
    folder: it.folder,
    print: (line) => void printed.push(line),
    log,
    webhookTime: HOUR,
  });
  sealer = createSealer({ url: it.databaseUrl, openKeys: it.openKeys, publisher, log, interval: 5 });
  sealer.start();
}

const sizesOf = async (notes: string[]) => {
  const { verifiers } = await it.openKeys();
  return notes.map((note) => {
    const found = readCheckpoint(note, verifiers);
    if (!found?.signed) throw new Error(`This is no signed checkpoint: ${note}`);
    return found.size;
  });
};
const sent = () => sizesOf(received.map(({ note }) => note));

test('each checkpoint is posted to the webhook as a signed note, and printed', async () => {
  await it.record(null);
  await eventually(async () => expect(await sent()).toEqual([1]));
  await it.record(null);
  await eventually(async () => expect(await sent()).toEqual([1, 2]));
  expect(received[0]).toMatchObject({
    method: 'POST',
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });
  const notes = splitNotes(printed.map((line) => `${line}\n`).join('\n'));
  expect(notes).toEqual(received.map(({ note }) => note));
  expect(await it.folder.lastSize()).toBe(0);
});

test.each([500, 404, 307])(
  'a webhook that answers %i is told again, and gets the newest one',
  async (status) => {
    answers = Array.from({ length: 3 }, () => status);
    await it.record(null);
    await eventually(() => expect(received.length).toBeGreaterThanOrEqual(3));
    await it.record(null);
    await eventually(async () => expect((await sent()).at(-1)).toBe(2));
    const settled = received.length;
    await it.record(null);
    await eventually(async () => expect((await sent()).at(-1)).toBe(3));
    expect(received).toHaveLength(settled + 1);
  },
);

test('a webhook that is away holds nothing up, and hears of everything once it is back', async () => {
  const { port } = receiver.address() as AddressInfo;
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  await it.record(null);
  await it.record(null);
  await eventually(async () =>
    expect(printed.length && (await sizesOf([`${printed.at(-1)}\n`]))).toEqual([2]),
  );
  // Nor is anything lost when the server ends before the webhook is back.
  await sealer.stop();
  receiver.listen(port, '127.0.0.1');
  start();
  await eventually(async () => expect((await sent()).at(-1)).toBe(2));
});

test('a webhook that does not answer does not hold up the stop, and the next start sends what it missed', async () => {
  answers = [0, 0];
  await it.record(null);
  await eventually(() => expect(received).toHaveLength(1));
  await sealer.stop();
  expect(await sent()).toContain(1);
  answers = [];
  start();
  await eventually(async () => expect((await sent()).at(-1)).toBe(1));
});
