import type { FoundLeaf } from './verify-log.js';

// A dump of the log: one JSON object a line, in the order of the log. It holds no address and no user agent,
// only the event's commitment to them, so it stays verifiable after everybody in it was erased.

/** One event as a line of a dump, without its newline. */
export function formatEventLine({ sequence, event, leafHash }: FoundLeaf): string {
  return JSON.stringify({
    sequence: String(sequence),
    leafHash: leafHash?.toString('base64') ?? null,
    event: event && {
      id: event.id,
      atMicroseconds: event.atMicroseconds,
      action: event.action,
      actorId: event.actorId,
      subjectId: event.subjectId,
      originCommitment: event.originCommitment?.toString('base64') ?? null,
      data: event.data,
    },
  });
}

/** Reads a line of a dump. A line that cannot be one answers an event that is missing. */
export function readEventLine(line: string, position: number): FoundLeaf {
  const missing: FoundLeaf = { sequence: position, event: null, leafHash: null };
  try {
    const { sequence, leafHash, event } = JSON.parse(line) as Record<string, unknown>;
    if (!isRecord(event)) return missing;
    const { id, atMicroseconds, action, actorId, subjectId, originCommitment, data } = event;
    const isWhole =
      isText(id) && isText(atMicroseconds) && isText(action) && isText(data) &&
      [actorId, subjectId, originCommitment, leafHash].every((each) => each === null || isText(each)); // prettier-ignore
    if (!isWhole) return missing;
    return {
      sequence: Number(sequence),
      leafHash: bytes(leafHash),
      event: {
        id, atMicroseconds, action, data,
        actorId: actorId as string | null,
        subjectId: subjectId as string | null,
        originCommitment: bytes(originCommitment),
      }, // prettier-ignore
    };
  } catch {
    return missing;
  }
}

/** The events of a dump, given line by line. */
export async function* readDump(lines: AsyncIterable<string>): AsyncGenerator<FoundLeaf> {
  let position = 0;
  for await (const line of lines) {
    if (line === '') continue;
    yield readEventLine(line, position);
    position += 1;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function bytes(value: unknown): Buffer | null {
  return isText(value) ? Buffer.from(value, 'base64') : null;
}
