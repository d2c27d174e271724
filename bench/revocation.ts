import { setImmediate as nextTurn } from 'node:timers/promises';
import { ask, signIn, type BenchAccount } from './accounts.js';
import { openRawConnection, rawRequest } from './raw-connection.js';

const OPERATIONS = {
  logout: 'mutation { logout { success } }',
  revokeOtherSessions: 'mutation { revokeOtherSessions { revoked } }',
  changePassword:
    'mutation Change($input: ChangePasswordInput!) { changePassword(input: $input) { success } }',
} as const;

export type Revocation = keyof typeof OPERATIONS;

/** How long a second process goes on admitting an access token after the operation that ended it was answered. */
export interface RevocationTimes {
  operation: Revocation;
  /** Milliseconds, one for each try. */
  milliseconds: number[];
}

/**
 * Ends sessions in one process and asks a second one, without pause, with a token of an ended session until it
 * refuses. Only the database joins the two.
 */
export async function measureRevocation(
  here: number,
  there: number,
  accounts: readonly BenchAccount[],
): Promise<RevocationTimes[]> {
  const results: RevocationTimes[] = [];
  for (const operation of Object.keys(OPERATIONS) as Revocation[]) {
    const milliseconds: number[] = [];
    for (const account of accounts) milliseconds.push(await timeOne(operation, { here, there, account }));
    results.push({ operation, milliseconds });
  }
  return results;
}

async function timeOne(
  operation: Revocation,
  { here, there, account }: { here: number; there: number; account: BenchAccount },
): Promise<number> {
  const origin = `http://127.0.0.1:${here}`;
  const [ended, kept] = [await signIn(origin, account), await signIn(origin, account)];
  const caller = operation === 'logout' ? ended : kept;
  const { password } = account;
  const input = { currentPassword: password, newPassword: `${password} again` };
  const connection = await openRawConnection('127.0.0.1', there);
  const request = rawRequest(
    '/graphql',
    { Authorization: `Bearer ${ended}` },
    { query: '{ viewer { id } }' },
  );
  try {
    const before = await connection.exchange(request);
    if (before.status !== 200)
      throw new Error(`The second process did not admit the session: ${before.body}`);
    const body = {
      query: OPERATIONS[operation],
      ...(operation === 'changePassword' ? { variables: { input } } : {}),
    };
    await ask(origin, body, caller);
    if (operation === 'changePassword') account.password = input.newPassword;
    const answered = performance.now();
    while ((await connection.exchange(request)).body.includes('"id":')) await nextTurn();
    return performance.now() - answered;
  } finally {
    connection.close();
  }
}
