import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { oneOf } from '@overc/protocol';
import type { Command, Surroundings } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { Flags } from '../flags.ts';
import { oneLine } from '../log.ts';
import { readOperand } from '../operands.ts';
import { ownProgram } from '../self.ts';
import { GREEN, paint, RED } from './colours.ts';
import { requireConnection, USUAL_FILE } from './connection.ts';
import type { Wrapped } from './import/wrap.ts';

const SAYS_CONFIG = /^[ \t]*OVERCLI_CONFIG[ \t]*=/m;
const SYSTEM_CRONTAB = /^\/etc\/(crontab$|cron\.d\/)/;

export const importCommand: Command = {
  summary:
    "Print a crontab, this user's or the one in FILE (- is standard input), with each job wrapped in overcli run",
  operands: ['crontab', '[FILE]'],
  options: ['system', 'apply', 'yes', 'config'],
  example: 'import crontab --apply',

  async call({ operands: [kind = '', file], flags, surroundings }) {
    readOperand('import', oneOf('crontab'), kind, 'crontab');
    refuseContradictions(flags, file);
    const bytes = await readCrontab(file);
    const text = decode(bytes);
    const config = await readConfig(flags, text, surroundings);
    const wrapped = await wrap(text, file, flags, config);
    if (flags.options.apply) return apply(bytes, wrapped, flags, surroundings);
    surroundings.out(wrapped.lines.join('\n'));
    summarize(wrapped, surroundings);
    return undefined;
  },
};

function refuseContradictions({ server, identity, options }: Flags, file: string | undefined): void {
  if (server !== undefined || identity !== undefined)
    throw new UsageError(
      'crontabs are no place for a key; put server, my-name and my-key into a file and give -c FILE',
    );
  if (options.apply && file !== undefined)
    throw new UsageError(
      "--apply installs the user's own crontab; for a file, write what is printed to a new one",
    );
  if (options.yes && !options.apply) throw new UsageError('--yes goes with --apply; leave it out');
}

/**
 * The file that the jobs are to take, once it is known that it says all: without, `overcli run` runs no job. Undefined for the
 * usual one. Throws UsageError and SettingsError.
 */
async function readConfig(
  flags: Flags,
  crontab: string,
  { env, err }: Surroundings,
): Promise<string | undefined> {
  const { config = env.OVERCLI_CONFIG, apply: installs } = flags.options;
  if (config) {
    await requireConnection(flags, env);
    return resolve(config);
  }
  if (SAYS_CONFIG.test(crontab)) return undefined;
  if (existsSync(USUAL_FILE)) {
    await requireConnection(flags, env);
    return undefined;
  }
  const why = `no file says where the jobs are to report; make ${USUAL_FILE}, or give -c FILE`;
  if (installs) throw new UsageError(`--apply: ${why}`);
  err(`Mind that ${why}.\n`);
  return undefined;
}

async function readCrontab(file: string | undefined): Promise<Buffer> {
  if (file === undefined) return (await import('./import/installed.ts')).readInstalled();
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw new UsageError(`${file}: cannot be read (${(error as Error).message})`);
  }
}

async function wrap(
  text: string,
  file: string | undefined,
  flags: Flags,
  config: string | undefined,
): Promise<Wrapped> {
  const [{ wrapCrontab }, { canRun }] = await Promise.all([
    import('./import/wrap.ts'),
    import('./import/shell.ts'),
  ]);
  const isSystem =
    Boolean(flags.options.system) || (file !== undefined && SYSTEM_CRONTAB.test(resolve(file)));
  return wrapCrontab(text, {
    isSystem,
    config,
    programIn: (path) => (canRun('overcli', path) ? ['overcli'] : ownProgram()),
  });
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UsageError('the crontab is not UTF-8 throughout; give it as a file that iconv has converted');
  }
}

async function apply(
  bytes: Buffer,
  wrapped: Wrapped,
  flags: Flags,
  surroundings: Surroundings,
): Promise<number> {
  const { out, err, env, clock } = surroundings;
  const { lines, before, services } = wrapped;
  summarize(wrapped, surroundings);
  if (services.length === 0) return 0;
  out(difference(before, lines, surroundings.terminal?.hasColours ?? false));
  const { ask } = await import('./import/ask.ts');
  if (!flags.options.yes && !(await ask('Install it?', 'add --yes'))) {
    err('Nothing was changed.\n');
    return 1;
  }
  const { install, keep } = await import('./import/installed.ts');
  const kept = keep(bytes, env, clock.timestamp());
  install(lines.join('\n'));
  err(`Installed. The one before is kept; it comes back with: crontab ${kept}\n`);
  return 0;
}

/** The lines that differ, old and new. */
function difference(before: string[], after: string[], hasColours: boolean): string {
  const shown = (sign: string, text: string, colour: number) => {
    const line = oneLine(`${sign}${text}`);
    return `${hasColours ? paint(line, colour) : line}\n`;
  };
  return before
    .map((old, index) => [old, after[index] ?? ''] as const)
    .filter(([old, now]) => old !== now)
    .map(([old, now]) => shown('-', old, RED) + shown('+', now, GREEN))
    .join('');
}

function summarize({ services, left, before }: Wrapped, { err }: Surroundings): void {
  const list = services.length === 0 ? '' : `: ${services.join(', ')}`;
  err(`${services.length} ${services.length === 1 ? 'job' : 'jobs'} wrapped${list}\n`);
  for (const { line, reason } of left)
    err(`left line ${line}, ${oneLine(before[line - 1] ?? '').trim()}: ${oneLine(reason)}\n`);
}
