/**
 * Something outside the program keeps it from starting: a database that is away, a folder in use. Its
 * message is written for the person at the console and says what to do; it needs no stack.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
}
