import type { Duplex } from 'node:stream';
import pg from 'pg';

/** A prepared statement that reads at most one row by a primary key. The name is unique per text. */
export interface ReadStatement {
  name: string;
  text: string;
}

/** One row as PostgreSQL's text format has it, columns in the order of the statement. */
export type TextRow = readonly (string | null)[];

export type ReadOutcome = { row: TextRow | null } | { error: unknown };

/** The part of pg's connection that a read writes to. */
interface WireConnection {
  stream: Duplex;
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: readonly string[] }): void;
  execute(message: object): void;
  sync(): void;
}

/**
 * One read on a pipelining pg client. Unlike pg's own query it never asks for the row's description
 * (the statement's author knows the columns), leaves values as text, and keeps one row.
 *
 * `isPrepared` says whether this connection was already sent the statement's Parse.
 */
export class ReadQuery {
  /** pg reads both to keep its list of prepared statements. */
  readonly name: string;
  readonly text: string;
  private row: TextRow | null = null;
  private isSettled = false;

  constructor(
    private readonly statement: ReadStatement,
    private readonly parameters: readonly string[],
    private readonly isPrepared: boolean,
    private readonly settle: (outcome: ReadOutcome) => void,
  ) {
    this.name = statement.name;
    this.text = statement.text;
  }

  /** Writes Parse (the first time), Bind, Execute and Sync without waiting for any answer. */
  submit(connection: WireConnection): null {
    if (!this.isPrepared) connection.parse(this.statement);
    connection.bind({ statement: this.statement.name, values: this.parameters });
    connection.execute({});
    connection.sync();
    return null;
  }

  handleDataRow(message: { fields: TextRow }): void {
    this.row ??= message.fields;
  }

  handleCommandComplete(): void {
    // The row has come before; the answer ends with ReadyForQuery.
  }

  handleReadyForQuery(): void {
    this.settleOnce({ row: this.row });
  }

  handleError(error: unknown): void {
    this.settleOnce({ error });
  }

  private settleOnce(outcome: ReadOutcome): void {
    if (this.isSettled) return;
    this.isSettled = true;
    this.settle(outcome);
  }
}

// pg's pipeline takes only instances of its own Query class. Extending it would also run its constructor, which
// makes an event emitter, a result and a copy of the query, none of them of use here.
Object.setPrototypeOf(ReadQuery.prototype, pg.Query.prototype as object);

/**
 * SQLSTATEs after which the connection is of no more use, though the same read is right on a fresh one:
 * the backend was ended (57P01 to 57P05), or it no longer has the statement as it was prepared (26000,
 * 0A000, 42P05).
 */
const ENDING_STATES = new Set(['57P01', '57P02', '57P03', '57P05', '26000', '0A000', '42P05']);

/** True when `error` is about the connection, a broken socket included, and not about the read. */
export function endsConnection(error: unknown): boolean {
  return error instanceof pg.DatabaseError ? ENDING_STATES.has(error.code ?? '') : true;
}
