import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { PASSWORD, type FullServer } from '../setup/full-server.js';

export interface Person {
  id: string;
  email: string;
  token: string;
}

/** Registers somebody and signs them in. */
export async function signUp(server: FullServer, profile: object = {}): Promise<Person> {
  const email = `${randomUUID()}@example.com`;
  const registered = await server.rest('POST', '/api/v1/auth/register', {
    email,
    password: PASSWORD,
    ...profile,
  });
  const login = await server.rest('POST', '/api/v1/auth/login', { email, password: PASSWORD });
  return { id: registered.body?.id as string, email, token: login.body?.access_token as string };
}

export interface ShownExport {
  id: string;
  status: string;
  readyAt: string | null;
  expiresAt: string | null;
  downloadUrl: string | null;
}

const EXPORTS = '{ viewer { dataExports { id status readyAt expiresAt downloadUrl } } }';

export async function exportsOf(server: FullServer, person: Person): Promise<ShownExport[]> {
  const { data, errors } = await server.graphql(EXPORTS, {}, person.token);
  if (errors) throw new Error(JSON.stringify(errors));
  return (data?.viewer as { dataExports: ShownExport[] }).dataExports;
}

/** Asks for an export and waits until it can be fetched. */
export async function readyExport(server: FullServer, person: Person): Promise<ShownExport> {
  const asked = await server.graphql(
    'mutation { requestDataExport { dataExport { id } } }',
    {},
    person.token,
  );
  const { id } = (asked.data?.requestDataExport as { dataExport: { id: string } }).dataExport;
  for (let attempt = 0; attempt < 1_200; attempt += 1) {
    const found = (await exportsOf(server, person)).find((each) => each.id === id);
    if (found?.status === 'READY') return found;
    if (found?.status !== 'PENDING') throw new Error(`The export is ${found?.status}.`);
    await sleep(50);
  }
  throw new Error('The export did not become ready.');
}

/** Follows a link to this server, whatever public address it names. */
export function fetchLink(server: FullServer, link: string, token?: string): Promise<Response> {
  const { pathname, search } = new URL(link);
  return fetch(`${server.url}${pathname}${search}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
}

export interface ExportDocument {
  subjectId: string;
  about: { record: string; field: string }[];
  recipients: { name: string }[];
  records: Record<string, Record<string, unknown>[]>;
}

export interface Archive {
  names: string[];
  data: ExportDocument;
  text: string;
  schema: object;
  page: string;
}

/** Fetches and unpacks an export. */
export async function fetchArchive(server: FullServer, link: string): Promise<Archive> {
  const response = await fetchLink(server, link);
  if (response.status !== 200) throw new Error(`The link answered ${response.status}.`);
  return readArchive(Buffer.from(await response.arrayBuffer()));
}

/** What is in an export's archive. */
export async function readArchive(bytes: Buffer): Promise<Archive> {
  const files = await unzip(bytes);
  const text = files.get('data.json') ?? '';
  return {
    names: [...files.keys()],
    text,
    data: JSON.parse(text) as ExportDocument,
    schema: JSON.parse(files.get('schema.json') ?? '') as object,
    page: files.get('index.html') ?? '',
  };
}

async function unzip(bytes: Buffer): Promise<Map<string, string>> {
  const open = promisify(fromBuffer) as unknown as (from: Buffer, options: object) => Promise<ZipFile>;
  const zip = await open(bytes, { lazyEntries: true });
  const files = new Map<string, string>();
  return new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', () => resolve(files));
    zip.on('entry', (entry: Entry) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error) return reject(error);
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('error', reject);
        stream.on('end', () => {
          files.set(entry.fileName, Buffer.concat(chunks).toString('utf8'));
          zip.readEntry();
        });
      });
    });
    zip.readEntry();
  });
}
