import { findAccess } from '../../../src/security/rights/access.js';
import { callOf, fieldsOf } from '../../admin/matrix-calls.js';
import { signInAs } from '../../admin/staff.js';
import { startFullServer, type FullServer } from '../../setup/full-server.js';

let server: FullServer;
let token: string;

beforeAll(async () => {
  server = await startFullServer({ MFA_REQUIRED_ROLES: 'USER' });
  token = (await signInAs(server)).token;
});
afterAll(() => server.stop());

test('who must set up a second factor first is let into what leads there, and into nothing else', async () => {
  // Staff's operations are refused for the missing permission in any case; leaving ends the session, so last.
  const fields = fieldsOf('Mutation').filter(({ name }) => !isForStaff(name) && name !== 'logout');
  for (const field of [...fields, ...fieldsOf('Mutation').filter(({ name }) => name === 'logout')]) {
    const { query, variables } = callOf('mutation', field);
    const { errors = [] } = await server.graphql(query, variables, token);
    const isKeptOut = errors.some(
      ({ extensions }) =>
        extensions.code === 'STEP_UP_REQUIRED' && extensions.satisfiedBy === 'beginTotpEnrollment',
    );
    expect([field.name, isKeptOut]).toEqual([field.name, findAccess('Mutation', field.name) === 'signedIn']);
  }
});

function isForStaff(name: string): boolean {
  return !['public', 'signedIn', 'enrolling'].includes(findAccess('Mutation', name) ?? '');
}
