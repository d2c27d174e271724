import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  status: number;
  body: string;
}

export interface RawConnection {
  /** Sends one request and reads its answer; one at a time. */
  exchange(request: Buffer): Promise<RawAnswer>;
  close(): void;
}

/**
 * A keep-alive HTTP/1.1 connection with as little of a client as possible: the benchmark's generator
 * shares the machine with the servers, and what it spends is missing from what it measures. Reads only
 * answers with a Content-Length, which both servers send.
 */
export async function openRawConnection(host: string, port: number): Promise<RawConnection> {
  const socket = await openSocket(host, port);
  let received: Buffer | null = null;
  let waiting: { resolve: (answer: RawAnswer) => void; reject: (error: Error) => void } | null = null;

  socket.on('data', (chunk: Buffer) => {
    received = received === null ? chunk : Buffer.concat([received, chunk]);
    const answer = readAnswer(received);
    if (answer === null) return;
    received = null;
    waiting?.resolve(answer);
  });
  socket.on('error', (error) => waiting?.reject(error));
  socket.on('close', () => waiting?.reject(new Error('The server closed the connection')));

  return {
    exchange(request) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      });
    },
    close() {
      waiting = null;
      socket.destroy();
    },
  };
}

function openSocket(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** The answer in `received`, or null while a part of it is still on its way. */
function readAnswer(received: Buffer): RawAnswer | null {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const head = received.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error('An answer without Content-Length');
  const bodyStart = headEnd + 4;
  if (received.length < bodyStart + Number(length)) return null;
  return { status: Number(head.slice(9, 12)), body: received.toString('utf8', bodyStart) };
}

/** The bytes of a GET or, with a body, of a JSON POST. */
export function rawRequest(path: string, headers: Record<string, string>, body?: unknown): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body);
  const lines = [
    `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`);
}
