import { COMMON_OPTIONS, isSwitch } from './arguments.ts';
import type { Check, CheckOption, CheckOptions, Switch } from './check.ts';

/** The help of one check, as `overcli check NAME --help` prints it. */
export function helpOf(name: string, check: Check): string {
  const options = { ...check.options, ...COMMON_OPTIONS };
  const examples = check.examples.map((example) => `  overcli check ${example}`);
  return [
    usageOf(name, check),
    '',
    [check.summary, check.notes].filter(Boolean).join('\n'),
    '',
    'Options:',
    ...table(Object.entries(options).map(([long, option]) => [formOf(long, option), explain(option)])),
    '',
    'Examples:',
    ...examples,
    '',
  ].join('\n');
}

/** All checks with their summaries. */
export function listOf(checks: Record<string, Check>): string {
  return [
    'overcli check NAME [OPTIONS]',
    '',
    'Checks of this machine and of others. Each is a monitoring plugin: it prints one line, with numbers behind a bar,',
    'and its exit code is the state (0 OK, 1 WARN, 2 ERR, 3 UNK). overcli check NAME --help tells its options.',
    '',
    ...table(Object.entries(checks).map(([name, { summary }]) => [name, summary])),
    '',
    'RANGE is MOST, LEAST:, LEAST:MOST, ~:MOST (no least) or @FROM:TO (bad within): bad is what lies outside.',
    'Sizes are numbers and k, M, G or T (of 1024); durations numbers and ms, s, m, h, d or w.',
    '',
  ].join('\n');
}

function usageOf(name: string, { options }: Check): string {
  const operand = Object.values(options).find(
    (option): option is CheckOption<unknown> => !isSwitch(option) && option.operand === true,
  );
  if (!operand) return `overcli check ${name} [OPTIONS]`;
  const word = operand.many ? `${operand.value} …` : operand.value;
  return `overcli check ${name} [OPTIONS] ${operand.required ? word : `[${word}]`}`;
}

function formOf(long: string, option: CheckOptions[string]): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  return `${short}--${long}${isSwitch(option) ? '' : ` ${option.value}`}`;
}

function explain(option: CheckOption<unknown> | Switch): string {
  if (isSwitch(option)) return option.help;
  const hints = [
    `for example ${option.example}`,
    option.fallback !== undefined && `unless set: ${option.fallback}`,
    option.many && 'may be repeated',
    option.operand && 'the name may be left out',
  ].filter(Boolean);
  return `${option.help} (${hints.join('; ')})`;
}

function table(rows: [string, string][]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}
