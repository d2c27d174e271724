import { encodeEvent, hashEvent, type EventRecord } from '../../src/services/audit/tree/event-record.js';
import { commitToOrigin } from '../../src/services/audit/events/event-origin.js';

// Golden vectors: whoever changes a byte here breaks the verification of every log that exists.

const BARE: EventRecord = {
  id: '00112233-4455-7677-8899-aabbccddeeff',
  atMicroseconds: '1795000000123000',
  action: 'user.registered',
  actorId: null,
  subjectId: null,
  originCommitment: null,
  data: '{}',
};
const FULL: EventRecord = {
  ...BARE,
  action: 'session.created',
  actorId: '11111111-2222-4333-8444-555555555555',
  subjectId: '66666666-7777-4888-8999-aaaaaaaaaaaa',
  originCommitment: Buffer.alloc(32, 0xc0),
  data: '{"name":"ü"}',
};

test('the bytes of an event', () => {
  expect(encodeEvent(BARE).toString('hex')).toBe(
    [
      '01',
      '00112233445576778899aabbccddeeff',
      '0006608b01611078',
      '000f',
      Buffer.from('user.registered').toString('hex'),
      '00',
      '00',
      '00',
      '00000002',
      '7b7d',
    ].join(''),
  );
});

test('the leaf hashes of two events', () => {
  expect([BARE, FULL].map((event) => hashEvent(event).toString('hex'))).toEqual(GOLDEN);
});

test('the commitment to an origin', () => {
  const salt = Buffer.alloc(32, 1).toString('base64url');
  const commit = (ipAddress: string | null, userAgent: string | null) =>
    commitToOrigin({ ipAddress, userAgent, salt }).toString('hex');
  expect(commit('192.0.2.7', 'tests/1.0')).toBe(GOLDEN_COMMITMENT);
  const all = [
    commit('192.0.2.7', 'tests/1.0'),
    commit('192.0.2.7tests/1.0', null),
    commit(null, null),
    commit('', null),
  ];
  expect(new Set(all).size).toBe(4);
});

test('no two events have the same bytes', () => {
  const variants: EventRecord[] = [
    BARE,
    { ...BARE, action: 'user.registere', data: 'd{}' },
    { ...BARE, actorId: FULL.actorId },
    { ...BARE, subjectId: FULL.actorId },
    { ...BARE, atMicroseconds: '-1' },
    { ...BARE, data: '{ }' },
  ];
  expect(new Set(variants.map((event) => encodeEvent(event).toString('hex'))).size).toBe(variants.length);
});

test('what is no event is refused', () => {
  const uuids = [`${FULL.id}00`, FULL.id.slice(1), FULL.id.replace('0', 'x')].flatMap((id) => [
    { id },
    { actorId: id },
  ]);
  for (const change of [{ atMicroseconds: '' }, { originCommitment: Buffer.alloc(31) }, ...uuids]) {
    expect(() => encodeEvent({ ...FULL, ...change })).toThrow('no event');
  }
});

const GOLDEN = [
  'e12801a757799163f18695cf8b0c023b6451b0e119509bc34c8d5b3bcbf6bcdc',
  '19165036588eb62324fc73e87443c0b292967b00ed48966df99153d27ae8a76b',
];
const GOLDEN_COMMITMENT = '42f40b71633ae744432278b03b6ad490213d21c86da99d809f2d9281631d0abe';
