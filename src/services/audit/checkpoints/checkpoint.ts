import { openNote, signNote, type NoteSigner, type NoteVerifier } from './signed-note.js';

// Checkpoints of C2SP (https://c2sp.org/tlog-checkpoint): a signed note of three lines, which are the log's
// name (that of the key), the number of leaves, and the root in base64.

/** What the signer says: the tree of the first `size` leaves has this root. */
export interface Checkpoint {
  size: number;
  root: Buffer;
}

/** A note as it was found, with what it says if its signature holds. */
export interface FoundCheckpoint extends Checkpoint {
  signed: boolean;
}

const TEXT = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*$/;
const NOTE = /[^\n]+\n\d+\n[A-Za-z0-9+/]+=*\n(?:[^\n]+\n)*\n(?:— [^\n]+\n)+/gu;

/** The signed note of a checkpoint. */
export function signCheckpoint({ size, root }: Checkpoint, signer: NoteSigner): string {
  return signNote(`${signer.name}\n${size}\n${root.toString('base64')}\n`, signer);
}

/**
 * Reads a checkpoint. `signed` is false unless one of the verifiers signed it under its own name; null when the
 * text is no checkpoint at all.
 */
export function readCheckpoint(note: string, verifiers: readonly NoteVerifier[]): FoundCheckpoint | null {
  const text = openNote(note, verifiers);
  const [, name, size, root = ''] = TEXT.exec(text ?? note.slice(0, note.lastIndexOf('\n\n') + 1)) ?? [];
  if (size === undefined) return null;
  const signed = text !== null && verifiers.some((verifier) => verifier.name === name);
  return { size: Number(size), root: Buffer.from(root, 'base64'), signed };
}

/** The notes in a text that holds many, each followed by an empty line. */
export function splitNotes(text: string): string[] {
  return text.match(NOTE) ?? [];
}
