import { type Command, type CommandSurroundings, UsageError } from './command.js';

/** Exit code for arguments that are not understood. */
const BAD_USAGE = 2;

/**
 * Calls the command that `args` begin with. Without one, or with `help`, lists the commands.
 *
 * @returns the exit code of the process
 */
export async function dispatch(
  commands: readonly Command[],
  args: readonly string[],
  surroundings: CommandSurroundings,
): Promise<number> {
  const wantsHelp = args.includes('--help') || args[0] === 'help' || args.length === 0;
  const command = commands.find(({ name }) => startsWith(args, name.split(' ')));
  if (wantsHelp) {
    for (const line of command ? describe(command) : list(commands)) surroundings.print(line);
    return 0;
  }
  if (!command) {
    for (const line of ['There is no such command.', ...list(commands)]) surroundings.complain(line);
    return BAD_USAGE;
  }
  try {
    return await command.call(args.slice(command.name.split(' ').length), surroundings);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    for (const line of [error.message, ...describe(command)]) surroundings.complain(line);
    return BAD_USAGE;
  }
}

function startsWith(args: readonly string[], words: readonly string[]): boolean {
  return words.every((word, index) => args[index] === word);
}

function describe({ name, summary, usage }: Command): string[] {
  return [`Usage: custodia ${name} ${usage}`.trimEnd(), summary];
}

function list(commands: readonly Command[]): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Commands of custodia:',
    ...commands.map((each) => `  ${each.name.padEnd(width)}  ${each.summary}`),
  ];
}
