import { rawRequest } from './raw-connection.js';

/** One account of the benchmark, registered and signed in at the server under test. */
export interface BenchAccount {
  email: string;
  password: string;
  accessToken: string;
  viewer: Viewer;
}

export interface Viewer {
  id: string;
  email: string;
  isVerified: boolean;
  status: string;
  createdAt: string;
  lastLoginAt: string | null;
  profile: {
    fullName: string;
    avatarUrl: string;
    phoneNumber: string;
    preferences: Record<string, unknown>;
  };
}

const VIEWER_QUERY =
  'query Viewer { viewer { id email isVerified status createdAt lastLoginAt profile { fullName avatarUrl phoneNumber preferences } } }';
const REGISTER = 'mutation Register($input: RegisterInput!) { register(input: $input) { userId } }';
const REFRESH =
  'mutation Refresh($input: RefreshSessionInput) { refreshSession(input: $input) { session { id } tokens { accessToken refreshToken } } }';
const LOGIN =
  'mutation Login($input: LoginInput!) { login(input: $input) { ... on LoginSuccess { user { id } tokens { accessToken refreshToken } } } }';

/** Registers `count` accounts with full profiles and signs each in, through the public API. */
export async function createAccounts(origin: string, count: number): Promise<BenchAccount[]> {
  const accounts: BenchAccount[] = [];
  for (let index = 0; index < count; index++) {
    const email = `bench-${index}@example.com`;
    const password = `a benchmark's long passphrase no. ${index}`;
    const profile = {
      fullName: `Benchmark Person ${index}`,
      avatarUrl: `https://images.example.com/avatars/${index}.png`,
      phoneNumber: `+4930${String(10_000_000 + index)}`,
      preferences: { theme: 'dark', locale: 'de-DE', notifications: { push: index % 2 === 0, email: true } },
    };
    await ask(origin, { query: REGISTER, variables: { input: { email, password, ...profile } } });
    const accessToken = await signIn(origin, { email, password });
    const viewer = (await ask(origin, { query: VIEWER_QUERY }, accessToken)).viewer as Viewer;
    requireProfile(viewer, profile);
    accounts.push({ email, password, accessToken, viewer });
  }
  return accounts;
}

/** Signs in and returns the access token. */
export async function signIn(
  origin: string,
  { email, password }: Pick<BenchAccount, 'email' | 'password'>,
): Promise<string> {
  const { login } = await ask(origin, loginBody(email, password));
  return (login as { tokens: { accessToken: string } }).tokens.accessToken;
}

/** The viewer query of one account as the bytes of an HTTP request. */
export function viewerRequest({ accessToken }: BenchAccount): Buffer {
  return rawRequest('/graphql', { Authorization: `Bearer ${accessToken}` }, { query: VIEWER_QUERY });
}

/** A sign-in as the bytes of an HTTP request; it fails when the password is wrong. */
export function loginRequest(email: string, password: string): Buffer {
  return rawRequest('/graphql', {}, loginBody(email, password));
}

/** Exchanges a refresh token, as the bytes of an HTTP request. */
export function refreshRequest(refreshToken: string): Buffer {
  return rawRequest('/graphql', {}, { query: REFRESH, variables: { input: { refreshToken } } });
}

function loginBody(email: string, password: string): object {
  return { query: LOGIN, variables: { input: { email, password } } };
}

/** Sends one operation; throws when the answer holds errors. */
export async function ask(
  origin: string,
  body: object,
  accessToken?: string,
): Promise<Record<string, unknown>> {
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (accessToken !== undefined) headers.Authorization = `Bearer ${accessToken}`;
  const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown };
  if (!answer.data || answer.errors) throw new Error(`Refused: ${JSON.stringify(answer.errors)}`);
  return answer.data;
}

function requireProfile(viewer: Viewer, profile: Viewer['profile']): void {
  const { fullName, avatarUrl, phoneNumber, preferences } = viewer.profile;
  const got = JSON.stringify([fullName, avatarUrl, phoneNumber, preferences]);
  const wanted = JSON.stringify(Object.values(profile));
  if (got !== wanted) throw new Error(`The viewer has another profile than was registered: ${got}`);
}
