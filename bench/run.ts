import { parseArgs } from 'node:util';
import { measureLoginTiming } from './login-timing.js';
import { printComparison, printLoginTiming, printMachine, printRevocation } from './report.js';
import { measureRevocation } from './revocation.js';
import { compare, type Contestant } from './rounds.js';
import { startStage, type Stage } from './stage.js';
import { loginRequest, viewerRequest } from './accounts.js';
import { rawRequest } from './raw-connection.js';

/**
 * `npm run bench`: compares Custodia with a bare server in turns within one run, and shows that sign-in
 * takes as long for unknown addresses as for known ones, and how soon a second process knows what was revoked. docs/performance.md explains the figures.
 * Ends with 1 when viewer or revocation misses its bound.
 */
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' }, // viewer, login, timing or revocation
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    samples: { type: 'string', default: '100' },
    profile: { type: 'string' }, // a folder for a V8 CPU profile of Custodia
  },
});
const wants = (part: string) => options.only === undefined || options.only === part;

async function compareViewer(stage: Stage): Promise<void> {
  const equals = stage.accounts.map(({ viewer }) => ({ equals: { data: { viewer } } }));
  const requests = {
    custodia: stage.accounts.map((account) => viewerRequest(account).toString()),
    bare: stage.accounts.map(({ accessToken }) =>
      rawRequest('/viewer', { Authorization: `Bearer ${accessToken}` }).toString(),
    ),
  };
  for (const connections of [16, 64]) {
    const contestants = contestantsOf(stage, requests, equals);
    const rounds = { rounds: Number(options.rounds), seconds: Number(options.seconds), connections };
    printComparison(
      `viewer, ${connections} connections`,
      await compare(stage.generator, contestants, rounds),
      { atLeast: 0.7 },
    );
  }
}

async function compareLogin(stage: Stage): Promise<void> {
  const contains = stage.accounts.map(() => ({ contains: '"accessToken":"' }));
  const requests = {
    custodia: stage.accounts.map(({ email, password }) => loginRequest(email, password).toString()),
    bare: stage.accounts.map(({ email, password }) =>
      rawRequest('/login', {}, { email, password }).toString(),
    ),
  };
  const contestants = contestantsOf(stage, requests, contains);
  const rounds = { rounds: Number(options.rounds), seconds: Number(options.seconds), connections: 4 };
  printComparison('login, 4 connections', await compare(stage.generator, contestants, rounds));
}

function contestantsOf(
  { custodia, bare }: Stage,
  requests: { custodia: string[]; bare: string[] },
  expected: Contestant['expected'],
): Contestant[] {
  return [
    { name: 'Custodia', server: custodia, requests: requests.custodia, expected },
    { name: 'bare server', server: bare, requests: requests.bare, expected },
  ];
}

const stage = await startStage({ profileDir: options.profile });
try {
  printMachine();
  if (wants('viewer')) await compareViewer(stage);
  if (wants('login')) await compareLogin(stage);
  if (wants('timing')) {
    printLoginTiming(await measureLoginTiming(stage.custodia.port, stage.accounts, Number(options.samples)));
  }
  if (wants('revocation')) {
    const second = await stage.startSecond();
    printRevocation(await measureRevocation(stage.custodia.port, second.port, stage.accounts));
  }
} finally {
  await stage.stop();
}
