import { serverAudits } from 'graphql-http';
import { startLibrary, type LibraryServer } from '../graphql/library-server.js';

let server: LibraryServer;
beforeAll(async () => {
  server = await startLibrary('development');
});
afterAll(() => server.stop());

/** What the specification leaves to the server (MAY, SHOULD), and why this one does otherwise. */
const OTHERWISE: Readonly<Record<string, 'notice' | 'warn'>> = {
  // GET wants a header that no other site's page can send; the audit sends none.
  '5A70': 'notice',
  D6D5: 'notice',
  '6A70': 'notice',
  // Apollo Server answers a document that is none by 400, whatever the client accepts.
  '572B': 'warn',
  FDE2: 'warn',
  // A variable that nothing uses: the document is not valid.
  '7B9B': 'warn',
};

const audits = serverAudits({ url: () => `${server.url}/graphql`, fetchFn: fetch });

test('all audits of graphql-http are there', () => {
  expect(audits).toHaveLength(61);
});

test.each(audits)('$id: $name', async (audit) => {
  const { id } = audit;
  const result = await audit.fn();
  const reason = result.status === 'ok' ? '' : result.reason;
  expect({ id, status: result.status, reason }).toEqual({ id, status: OTHERWISE[id] ?? 'ok', reason });
});
