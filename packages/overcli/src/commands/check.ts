import { readArguments } from '../checks/arguments.ts';
import { conclude, exitCodeOf, formatFinding } from '../checks/conclude.ts';
import { helpOf, listOf } from '../checks/help.ts';
import { checks } from '../checks/index.ts';
import { UsageError } from '../errors.ts';

/**
 * Runs `overcli check NAME OPTIONS` as the plugin that it is: what it has to say goes to `out`, a help text or a wrong use
 * too, and the answer is the exit code: 0 OK, 1 WARN, 2 ERR, 3 UNK. Never rejects.
 * Source: Monitoring Plugins Development Guidelines, where --help and a wrong use end with 3 as well.
 */
export async function check([name, ...words]: string[], out: (text: string) => void): Promise<number> {
  const known = name !== undefined && Object.hasOwn(checks, name) ? checks[name] : undefined;
  if (name === undefined || !known) {
    const isHelp = name === undefined || name === '--help' || name === '-h';
    out(isHelp ? listOf(checks) : `CHECK UNK - ${JSON.stringify(name)} is none; known are ${names()}\n`);
    return exitCodeOf('UNK');
  }
  try {
    const values = readArguments(known, words);
    if (values.help) {
      out(helpOf(name, known));
      return exitCodeOf('UNK');
    }
    const finding = await conclude(known, values);
    out(formatFinding(name, finding));
    return exitCodeOf(finding.state);
  } catch (error) {
    const advice = error instanceof UsageError ? `\nRun overcli check ${name} --help for its options.` : '';
    out(formatFinding(name, { state: 'UNK', text: `${(error as Error).message}${advice}`, perf: [] }));
    return exitCodeOf('UNK');
  }
}

function names(): string {
  return Object.keys(checks).join(', ');
}
