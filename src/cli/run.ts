// From the words after `hebb` to a command, and from its end to an exit code. Nothing of the engine is loaded before
// a command needs it, so help and usage errors come at once.

import { HebbError } from '../contract/errors.js';
import { reasonOf } from '../platform/platform.js';
import { unknownName } from '../platform/suggest.js';
import { version } from '../platform/version.js';
import { describeBench } from './bench-options.js';
import type { Call, Command, Description } from './command.js';
import { describeDoctor } from './doctor-options.js';
import { describeExample } from './example-options.js';
import { describeEvaluate } from './evaluate-options.js';
import { exitCodes, UsageError } from './errors.js';
import { commandHelp, overview } from './help.js';
import { parseOptions, type Options } from './options.js';
import { describePredict } from './predict-options.js';
import { interruptionCode, type Surroundings } from './terminal.js';
import { describeTrain } from './train-options.js';

/** A command of a description and of the code that is loaded when it is called. */
function command<O extends Options>(
  description: Description<O>,
  load: () => Promise<(call: Call<O>, surroundings: Surroundings) => Promise<number>>,
): Command {
  return {
    ...description,
    async run(args, surroundings) {
      const call = parseOptions(description.name, description.options, args);
      const superfluous = call.words[description.maximumWords];
      if (superfluous !== undefined) {
        throw new UsageError(`${description.name} has no use for '${superfluous}'`);
      }
      return (await load())(call, surroundings);
    },
  };
}

const commands: readonly Command[] = [
  command(describeTrain, async () => (await import('./train.js')).train),
  command(describeEvaluate, async () => (await import('./evaluate.js')).evaluate),
  command(describePredict, async () => (await import('./predict.js')).predict),
  command(describeExample, async () => (await import('./example.js')).example),
  command(describeBench, async () => (await import('./bench.js')).bench),
  command(describeDoctor, async () => (await import('./doctor.js')).doctor),
];

/**
 * Runs `hebb` with the words after its name.
 *
 * @returns the exit code; errors are told on `surroundings.stderr`, in one line
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, signal } = surroundings;
  const isOurs = (arg: string): boolean => arg !== '--debug';
  const debug = args.some((arg) => !isOurs(arg));
  const words = args.filter(isOurs);
  let found: Command | undefined;
  try {
    const [first, ...rest] = words;
    if (first === undefined) {
      stderr.write(overview(commands));
      return exitCodes.usage;
    }
    if (first === '--version' || first === '-V') {
      stdout.write(`${version}\n`);
      return exitCodes.ok;
    }
    const asksForHelp = (word: string): boolean => word === '--help' || word === '-h';
    const name = first === 'help' || asksForHelp(first) ? rest[0] : first;
    if (name === undefined) {
      stdout.write(overview(commands));
      return exitCodes.ok;
    }
    found = commands.find((c) => c.name === name);
    if (!found) throw new UsageError(unknownCommand(name));
    if (name !== first || rest.some(asksForHelp)) {
      stdout.write(commandHelp(found));
      return exitCodes.ok;
    }
    return await found.run(rest, surroundings);
  } catch (error) {
    const interrupted = interruptionCode(signal);
    if (interrupted !== undefined && error === signal.reason) return interrupted;
    return tell(error, found, debug, surroundings);
  }
}

function unknownCommand(name: string): string {
  const names = commands.map((c) => c.name);
  return name.startsWith('-')
    ? `expected a command before ${name}: ${names.join(', ')}`
    : unknownName('command', name, names);
}

/** One line about an error; the stack only where it was asked for. */
function tell(error: unknown, found: Command | undefined, debug: boolean, { stderr }: Surroundings): number {
  const message = reasonOf(error).replace(/\s*\n\s*/g, ' ');
  const isUsage = error instanceof UsageError;
  // Errors of JavaScript's own classes are nobody's sentence for the user: say of which kind they are.
  const isOurs = isUsage || error instanceof HebbError || !isBuiltIn(error);
  const kind = isOurs ? '' : `${(error as Error).name}: `;
  const hint = isUsage ? `; see hebb ${found ? `${found.name} ` : ''}--help` : '';
  stderr.write(`hebb: ${kind}${message.replace(/\.$/, '')}${hint}\n`);
  if (debug && error instanceof Error && error.stack !== undefined) stderr.write(`${error.stack}\n`);
  return isUsage ? exitCodes.usage : exitCodes.failed;
}

function isBuiltIn(error: unknown): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof SyntaxError;
}
