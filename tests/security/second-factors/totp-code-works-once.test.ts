import { codeAt, enrolledUser } from '../../auth/authenticator.js';
import { createAccountSetup, ORIGIN, PASSWORD, type AccountSetup } from '../../identity/account-setup.js';

let setup: AccountSetup;
beforeAll(async () => {
  setup = await createAccountSetup();
});
afterAll(() => setup.close());

async function challengeOf(email: string): Promise<string> {
  const result = await setup.signIn.login({ email, password: PASSWORD, origin: ORIGIN });
  return 'challenge' in result ? result.challenge : '';
}

function complete(challenge: string, code: string, services: Pick<AccountSetup, 'signIn'> = setup) {
  return services.signIn.completeMfa({ challenge, method: 'TOTP', code, origin: ORIGIN });
}

test('a code that was accepted is refused, in another challenge too', async () => {
  const { email, code } = await enrolledUser(setup, 'replayed');
  const used = code();
  await complete(await challengeOf(email), used);
  await expect(complete(await challengeOf(email), used)).rejects.toMatchObject({ code: 'MFA_INVALID' });
});

test('so is a code of an earlier half minute, although it was not used itself', async () => {
  const { email, secret, code } = await enrolledUser(setup, 'earlier');
  const earlier = codeAt(secret, setup.clock.now(), -1);
  await complete(await challengeOf(email), code());
  await expect(complete(await challengeOf(email), earlier)).rejects.toMatchObject({ code: 'MFA_INVALID' });
});

test('the code that confirmed the enrolment signs nobody in', async () => {
  const { email, userId } = await setup.newUser('confirmed');
  const { session } = await setup.logIn(email);
  const viewer = { userId, sessionId: session.id, authTime: setup.clock.now(), amr: ['pwd'] };
  const { secret } = await setup.mfa.beginTotpEnrollment({ viewer, origin: ORIGIN });
  const code = codeAt(secret, setup.clock.now());
  await setup.mfa.confirmTotpEnrollment({ viewer, origin: ORIGIN }, code);
  await expect(complete(await challengeOf(email), code)).rejects.toMatchObject({ code: 'MFA_INVALID' });
});

test('of many who send one code at the same moment, through several processes, one gets in', async () => {
  const { email, code } = await enrolledUser(setup, 'parallel');
  const processes = [setup, setup.with({}), setup.with({})];
  const challenges: string[] = [];
  for (let made = 0; made < 9; made += 1) challenges.push(await challengeOf(email));
  const sent = code();
  const outcomes = await Promise.allSettled(
    challenges.map((challenge, index) => complete(challenge, sent, processes[index % 3])),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('of many who answer one challenge at the same moment with different right codes, one gets in', async () => {
  const { email, secret, recoveryCodes } = await enrolledUser(setup, 'one-challenge');
  const challenge = await challengeOf(email);
  const answers = [
    ...[0, 1].map((steps) => ({ method: 'TOTP' as const, code: codeAt(secret, setup.clock.now(), steps) })),
    ...recoveryCodes.slice(0, 3).map((code) => ({ method: 'RECOVERY_CODE' as const, code })),
  ];
  const outcomes = await Promise.allSettled(
    answers.map((answer) => setup.signIn.completeMfa({ challenge, ...answer, origin: ORIGIN })),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});
