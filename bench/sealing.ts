import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openText, sealText } from '../src/privacy/envelope.js';
import type { UserKey } from '../src/privacy/data-keys.js';
import { printMachine, printVerdict } from './report.js';
import { median } from './statistics.js';

// `npm run bench:sealing`: sealing and opening a value of 20 bytes against bare node:crypto, in turns within one run.
// Ends with 1 when a ratio misses its bound.

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const VALUES = 2_000;
const PASSES = 3;
const ROUNDS = 61;
const TEXT = 'ada.lovelace@ex.com!';

/** Each value belongs to somebody else, as in a server: nothing is gained from the value before. */
const people = Array.from({ length: VALUES }, () => {
  const secret = randomBytes(32);
  const userId = randomUUID();
  const key: UserKey = { userId, active: { generation: 1, secret }, find: () => secret };
  return { key, secret, place: { model: 'User', field: 'email', rowId: userId } };
});

/** What a program would do without us: a fresh nonce, AES-256-GCM, base64url. It binds nothing to its place. */
function bareSeal(secret: Buffer, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce);
  const body = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return body.toString('base64url');
}

function bareOpen(secret: Buffer, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const [nonce, body, tag] = [bytes.subarray(0, 12), bytes.subarray(12, -16), bytes.subarray(-16)];
  return openBuffers(secret, nonce, body, tag).toString('utf8');
}

function openBuffers(secret: Buffer, nonce: Buffer, body: Buffer, tag: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', secret, nonce);
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(body), decipher.final()]);
}

const values = people.map((person) => {
  const bare = bareSeal(person.secret, TEXT);
  const bytes = Buffer.from(bare, 'base64url');
  const buffers = [bytes.subarray(0, 12), bytes.subarray(12, -16), bytes.subarray(-16)] as const;
  return { ...person, bare, buffers, envelope: sealText(person.key, person.place, TEXT) };
});

const CONTESTANTS = {
  seal: () => values.forEach(({ key, place }) => sealText(key, place, TEXT)),
  'bare seal': () => values.forEach(({ secret }) => bareSeal(secret, TEXT)),
  open: () => values.forEach(({ key, place, envelope }) => openText(key, place, envelope)),
  'bare open': () => values.forEach(({ secret, bare }) => bareOpen(secret, bare)),
  'bare open of ready-made buffers': () =>
    values.forEach(({ secret, buffers }) => openBuffers(secret, ...buffers)),
};
type Name = keyof typeof CONTESTANTS;

const times = new Map<Name, number[]>();
for (let round = -3; round < ROUNDS; round += 1) {
  for (const [name, work] of Object.entries(CONTESTANTS) as [Name, () => void][]) {
    collectGarbage(); // else each would pay for what the one before it left
    const before = process.cpuUsage();
    for (let pass = 0; pass < PASSES; pass += 1) work();
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) times.set(name, [...(times.get(name) ?? []), (user + system) / (VALUES * PASSES)]);
  }
}

printMachine();
console.log('\nA value of 20 bytes, processor time (several threads of Node counted), median of rounds');
for (const [name, all] of times) console.log(`${name.padEnd(34)}${median(all).toFixed(2)} µs`);
const ratio = (ours: Name, bare: Name) =>
  median((times.get(bare) ?? []).map((time, round) => time / (times.get(ours)?.[round] ?? NaN)));
console.log(`\nseal, of bare: ${ratio('seal', 'bare seal').toFixed(2)} `);
console.log(
  `open, of bare: ${ratio('open', 'bare open').toFixed(2)} (ours binds the value to its place, bare does not)`,
);
const sum = (one: Name, other: Name) =>
  (times.get(one) ?? []).map((time, round) => time + (times.get(other)?.[round] ?? NaN));
const bare = sum('bare seal', 'bare open');
const there = median(sum('seal', 'open').map((time, round) => (bare[round] ?? NaN) / time));
console.log(`seal and open, of bare: ${there.toFixed(2)}`);
const ready = ratio('open', 'bare open of ready-made buffers');
console.log(`open, of bare on ready-made buffers: ${ready.toFixed(2)}\n`);
printVerdict('seal, of bare', ratio('seal', 'bare seal'), { atLeast: 1 });
printVerdict('open, of bare', ratio('open', 'bare open'), { atLeast: 1 });
printVerdict('open, of bare on ready-made buffers', ready, { atLeast: 0.75 });
