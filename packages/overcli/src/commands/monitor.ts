import { type Report, SettingsError } from '@overc/protocol';
import type { Command, StopReason, Surroundings } from '../command.ts';
import type { Connection } from '../connection.ts';
import type { Flags } from '../flags.ts';
import type { Client } from '../report/client.ts';
import { CollectorError } from '../report/errors.ts';
import { Reporter } from '../report/reporter.ts';
import { withClient } from '../report/with-client.ts';
import { runPlugin } from '../runner/plugin.ts';
import { runSchedule } from '../runner/schedule.ts';
import { type MonitorSettings, type PluginSpec, readMonitorFile } from '../sources/ini.ts';

/** How long an ending monitor tries to send what still waits, and its last alert. */
const FAREWELL_MS = 3000;

export const monitor: Command = {
  summary: 'Run the plugins of CONFIG.ini on their schedule and report what they say, until stopped',
  operands: ['CONFIG.ini'],
  example: "-s 'http://localhost:5000' -i 'localhost:1234' monitor config.ini",

  async call({ operands: [file = ''], flags, surroundings }) {
    const settings = readMonitorFile(file);
    const connection = chooseConnection(file, flags, settings);
    await withClient(connection, surroundings.log, (client) => watch(settings, client, surroundings));
  },
};

/** The command line goes before the file. Throws SettingsError that says what neither tells. */
function chooseConnection(file: string, flags: Flags, settings: MonitorSettings): Connection {
  const missing = (option: string, example: string, flag: string) =>
    new SettingsError(`${file}: [overc] ${option}: is missing; add ${option} = ${example}, or give ${flag}`);

  const server = flags.server ?? settings.server;
  if (server === undefined) throw missing('server', 'http://localhost:5000/', '-s URL');
  if (flags.identity) return { server, identity: flags.identity };

  const { name, key } = settings;
  if (name === undefined) throw missing('my-name', 'web1', '-i NAME:KEY');
  if (key === undefined) throw missing('my-key', '1234', '-i NAME:KEY');
  return { server, identity: { name, key } };
}

/** Runs and reports until told to stop. Rejects, after an alert to the collector, when an error ends it. */
async function watch(settings: MonitorSettings, client: Client, surroundings: Surroundings): Promise<void> {
  const { log, clock } = surroundings;
  const ending = endingOf(surroundings.listenForStop());
  const reporter = new Reporter({
    send: (readings, signal) => client.report(readings, signal),
    clock,
    log,
    random: Math.random,
    onFault: ending.fault,
  });
  const tellChange = changeTeller(surroundings);
  const onReading = (reading: Report, runMs: number) => {
    log.info(`${reading.service} ran ${Math.round(runMs)} ms: ${reading.state} ${reading.info}`);
    tellChange(reading);
    reporter.add(reading);
  };

  log.info(`Monitoring ${settings.plugins.length} services for ${client.address}`);
  const run = (plugin: PluginSpec, signal: AbortSignal) => {
    log.debug(`${plugin.service}: starting ${plugin.argv[0]} in ${plugin.cwd}`); // its arguments may hold a password
    return runPlugin(plugin, signal);
  };
  const schedule = { clock, run, onReading, maxLagMs: settings.maxLagMs };
  await runSchedule(settings.plugins, schedule, ending.signal).catch(ending.fault);
  log.info('Stopping.');
  await reporter.close(FAREWELL_MS).catch(ending.fault);

  const { reason } = ending;
  if (reason?.kind === 'fault') await failWith(reason.error, client, surroundings);
}

/** What ends the monitor: a wish from outside, or a fault from within; the first of them counts. */
function endingOf(stop: AbortSignal) {
  const quit = new AbortController();
  const ending = {
    signal: quit.signal,
    reason: undefined as StopReason | undefined,
    fault: (error: unknown) => end({ kind: 'fault', error }),
  };
  const end = (reason: StopReason) => {
    ending.reason ??= reason;
    quit.abort();
  };
  stop.addEventListener('abort', () => end(stop.reason as StopReason), { once: true });
  return ending;
}

async function failWith(error: unknown, client: Client, { log }: Surroundings): Promise<never> {
  const what = `monitor stopped: ${error instanceof Error ? error.message : String(error)}`.toWellFormed();
  if (error instanceof Error) log.debug(error.stack ?? '');
  try {
    await client.alert([{ message: `overcli ${what}` }], AbortSignal.timeout(FAREWELL_MS));
  } catch (failure) {
    if (!(failure instanceof CollectorError)) throw failure;
    log.notice(failure.message);
  }
  throw new Error(what, { cause: error });
}

/** Logs a service's first state and every change of it. */
function changeTeller({ log }: Surroundings): (reading: Report) => void {
  const states = new Map<string, string>();
  return ({ service, state, info }) => {
    const before = states.get(service) ?? '(?)';
    states.set(service, state);
    if (before !== state) log.notice(`${service}: ${before} -> ${state}: ${info.split('\n', 1)[0]}`);
  };
}
