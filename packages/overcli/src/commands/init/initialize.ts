import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SettingsError } from '@overc/protocol';
import type { StopReason, Surroundings } from '../../command.ts';
import { UsageError } from '../../errors.ts';
import type { Flags } from '../../flags.ts';
import { mayWe } from '../../runner/access.ts';
import { type Composition, composeMonitorFile, type Proposal } from '../../sources/compose.ts';
import { type MonitorSettings, parseMonitorFile } from '../../sources/ini.ts';
import type { User } from '../../sources/user.ts';
import { USUAL_FILE } from '../connection.ts';
import { summarize } from '../monitor/board.ts';
import { otherRunner } from '../runner-of.ts';
import { runningMonitors } from '../running.ts';
import { renderTrial } from '../test/render.ts';
import { unitFor } from '../unit-file.ts';
import { Asker, stopped } from './asker.ts';
import { type Before, includedServices, lookBefore } from './before.ts';
import { chooseProposals, listOf, type Tried, tryProposals } from './choose.ts';
import { lookAtMachine } from './machine.ts';
import { sparePlugins } from './nagios.ts';
import { type FoundWay, findWay } from './way.ts';
import { writeSettings } from './write.ts';

const FILE_HERE = 'monitor.ini';
/** Stands where the answers will, so that what is proposed can be tried before. */
const DRAFT: Composition = {
  ...{ server: 'http://localhost/', name: 'draft', key: 'draft', more: [], spare: undefined },
  proposals: [],
};

/** Asks what has to be known, and writes a file with which a monitor can start. Throws when it is not written. */
export async function initialize(
  operand: string | undefined,
  flags: Flags,
  surroundings: Surroundings,
): Promise<void> {
  const file = operand ?? (mayWe('w', dirname(USUAL_FILE)) ? USUAL_FILE : FILE_HERE);
  const before = lookBefore(file);
  const stop = surroundings.listenForStop(() => {});
  const asker = flags.options.yes ? undefined : await openAsker(surroundings, stop);
  const signal = asker?.signal ?? stop;
  const runner = process.getuid?.() === 0 ? otherRunner(file) : undefined;
  const end = new AbortController();
  // Plugins run while somebody answers, so that nobody waits for them.
  const trying = tryMachine({ file, before, runner }, surroundings, AbortSignal.any([signal, end.signal]));
  trying.catch(() => {});
  try {
    await allowReplacing(file, before, asker, flags.options.force === true);
    const way = await findWay({ ...surroundings, flags, before, asker });
    surroundings.out('\nLooking at this machine …\n');
    const tried = await choose(await trying, asker, surroundings);
    const proposals = tried.map(({ proposal }) => proposal);
    const { text } = check(compositionOf(way, before, proposals), file);
    if (signal.aborted) throw stopped();
    writeSettings(file, text, { replaces: existsSync(file), reader: runner });
    surroundings.out(`\nWritten to ${file}.\n${stateOf(tried, surroundings)}${nextSteps(file)}`);
  } catch (error) {
    const reason = stop.reason as StopReason | undefined;
    throw reason?.kind === 'fault' ? reason.error : error;
  } finally {
    asker?.close();
    end.abort();
    await trying.catch(() => {});
  }
}

/** What is worth watching here and can tell something. */
async function tryMachine(
  { file, before, runner }: { file: string; before: Before; runner: User | undefined },
  { clock }: Surroundings,
  signal: AbortSignal,
): Promise<Tried[]> {
  const taken = includedServices(before, dirname(resolve(file)));
  const proposals = (await lookAtMachine()).filter(({ service }) => !taken.has(service));
  const { settings } = check({ ...DRAFT, proposals }, file);
  const plugins = settings.plugins.map((plugin) => (runner ? { ...plugin, user: runner } : plugin));
  return tryProposals(proposals, plugins, { clock }, signal);
}

async function choose(tried: Tried[], asker: Asker | undefined, around: Surroundings): Promise<Tried[]> {
  const { out, terminal } = around;
  const list = listOf(tried, terminal?.hasColours);
  out(`\nWorth watching on this machine, with what each says now:\n\n${list}\n`);
  return asker ? chooseProposals(tried, asker) : tried;
}

/** How the services are, and all about those that are not well. */
function stateOf(tried: Tried[], { terminal }: Surroundings): string {
  const states = tried.map(({ trial }) => trial.report.state);
  const ailing = tried.filter(({ trial }) => trial.report.state !== 'OK');
  const shown = ailing.map(({ trial }) => renderTrial(trial, terminal?.hasColours));
  return `It has ${summarize(states)}; nothing was sent yet.\n${shown.join('')}`;
}

async function openAsker({ stdin, out, terminal }: Surroundings, stop: AbortSignal): Promise<Asker> {
  const input = stdin?.();
  if (!input?.isTTY)
    throw new UsageError(
      'standard input is no terminal to ask at; add --yes and -s URL, and perhaps -i NAME:KEY',
    );
  return Asker.open({ input, out, columns: terminal?.size().columns ?? 80, stop });
}

/** What is there is replaced only when somebody wants that; one that says nothing has nothing to lose. */
async function allowReplacing(
  file: string,
  { services }: Before,
  asker: Asker | undefined,
  force: boolean,
): Promise<void> {
  if (services === undefined || force) return;
  if (!asker)
    throw new SettingsError(`${file}: is there already; add --force to replace it, or name another file`);
  const what = `${services} service${services === 1 ? '' : 's'}`;
  if (!(await asker.confirm(`${file} is there already, with ${what}. Replace it?`, false))) throw stopped();
}

function compositionOf({ connection, caFile }: FoundWay, before: Before, proposals: Proposal[]): Composition {
  const { server, identity } = connection;
  const { servers = [], key } = before.way;
  const isKeyKept = identity.key === key && before.kept.some(([name]) => name === 'key-file');
  const dropped = new Set([...(isKeyKept ? [] : ['key-file']), ...(caFile === undefined ? [] : ['ca-file'])]);
  const kept = before.kept.filter(([name]) => !dropped.has(name));
  return {
    server: server === servers[0] ? servers.join(' ') : server,
    name: identity.name,
    key: isKeyKept ? undefined : identity.key,
    more: [...kept, ...(caFile === undefined ? [] : [['ca-file', caFile] as [string, string]])],
    proposals,
    spare: sparePlugins(proposals),
  };
}

/** The text, and what a monitor understands of it. Throws SettingsError when it does not. */
function check(composition: Composition, file: string): { text: string; settings: MonitorSettings } {
  const text = composeMonitorFile(composition);
  const settings = parseMonitorFile(text, dirname(resolve(file)));
  return { text, settings };
}

function nextSteps(file: string): string {
  const unit = unitFor(file);
  const start = unit ? `systemctl enable --now ${unit.name}` : `overcli monitor ${file}`;
  const isRunning = (runningMonitors(file)?.length ?? 0) > 0;
  return [
    isRunning ? '\nThe monitor that runs takes it within seconds.\n' : `\nStart the monitor:   ${start}\n`,
    `When in doubt:       overcli doctor ${file}\n`,
    `Change thresholds:   edit ${file}, then overcli test ${file}\n`,
  ].join('');
}
