import { parseArgs, type ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/** What a command may use of its process. */
export interface CommandSurroundings {
  env: NodeJS.ProcessEnv;
  /** Writes a line to stdout. */
  print: (line: string) => void;
  /** Writes a line to stderr. */
  complain: (line: string) => void;
}

interface CommandDefinition<O extends Options> {
  /** The words that call it: `admin bootstrap`. */
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** Its options as a user types them: `--email ADDRESS`. */
  usage: string;
  options: O;
  /** How many arguments that are no options it takes; none when left out. */
  positionals?: number;
  /** Returns the exit code of the process: 0 when all is well. */
  run: (
    input: { values: Values<O>; positionals: string[] },
    surroundings: CommandSurroundings,
  ) => Promise<number>;
}

type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values'];

/** A command whose own types are checked and forgotten, so that all fit one list. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  /** @throws UsageError when the arguments are not those of the command */
  call(args: string[], surroundings: CommandSurroundings): Promise<number>;
}

/** The arguments do not fit the command; the message says how. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** Defines a command of `custodia`: a file of its own in src/cli/commands, listed in src/cli/custodia.ts. */
export function defineCommand<O extends Options>(definition: CommandDefinition<O>): Command {
  const { name, summary, usage, options, positionals: limit = 0, run } = definition;
  return {
    name,
    summary,
    usage,
    async call(args, surroundings) {
      const { values, positionals } = readArguments(args, options);
      if (positionals.length > limit) throw new UsageError(`"${name}" takes no such argument`);
      return run({ values, positionals }, surroundings);
    },
  };
}

function readArguments<O extends Options>(args: string[], options: O) {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
    return { values, positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The arguments cannot be read');
  }
}
