import { createPeople, startWithKeyRingFile, type KeyedServer } from '../../keys/key-setup.js';
import { fetchArchive, readyExport, type Archive, type Person } from '../export-setup.js';

let keyed: KeyedServer;
let person: Person;
beforeAll(async () => {
  keyed = await startWithKeyRingFile();
  const [{ email, token } = { email: '', token: '' }] = await createPeople(keyed, 1);
  const { server } = keyed;
  const { id } = await server.app.db.user.findUniqueOrThrow({ where: { email }, select: { id: true } });
  person = { id, email, token };
  await server.app.db.userProfile.update({
    where: { userId: id },
    data: { fullName: 'Ada Lovelace' },
    select: { userId: true },
  });
  const consents = Array.from({ length: 1_200 }, (_, index) => ({
    userId: id,
    purpose: `purpose-${index}`,
    granted: true,
    policyVersion: '1',
  }));
  await server.app.db.consent.createMany({ data: consents });
});
afterAll(() => keyed.stop());

/** Longer than the server needs to notice a changed ring, and than any transaction here takes. */
const GRACE = 1_500;

function expectWhole({ data }: Archive): void {
  expect(data.records.User).toEqual([expect.objectContaining({ email: person.email })]);
  expect(data.records.UserProfile).toEqual([expect.objectContaining({ fullName: 'Ada Lovelace' })]);
  expect(data.records.Consent).toHaveLength(1_200);
}

test.each(['data', 'encryption', 'search-index'] as const)(
  'exports made while the %s key is replaced are whole, and those from before can still be fetched',
  async (kind) => {
    const { server } = keyed;
    const before = await readyExport(server, person);
    let isOver = false;
    const rotation = server.app.keyUpkeep
      .rotate(kind, { rate: null, grace: GRACE })
      .finally(() => (isOver = true));
    const made: string[] = [];
    do {
      const { id, downloadUrl } = await readyExport(server, person);
      made.push(id);
      expectWhole(await fetchArchive(server, downloadUrl ?? ''));
    } while (!isOver);
    expect(await rotation).toMatchObject({ failed: 0, left: 0 });
    expect(made.length).toBeGreaterThan(1);
    expectWhole(await fetchArchive(server, before.downloadUrl ?? ''));
  },
  60_000,
);
