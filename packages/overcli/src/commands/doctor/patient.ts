import { SettingsError } from '@overc/protocol';
import type { Surroundings } from '../../command.ts';
import type { Flags } from '../../flags.ts';
import type { Who } from '../../runner/access.ts';
import { type MonitorSettings, readMonitorFile, readWay, type WaySettings } from '../../sources/ini.ts';
import type { User } from '../../sources/user.ts';
import { chooseConnection, configFile, requireConnection } from '../connection.ts';
import { runnerOf } from '../runner-of.ts';
import { runningMonitors } from '../running.ts';
import { unitFor } from '../unit-file.ts';
import type { Patient } from './finding.ts';

/** Where systemd has a service look for programs. Source: systemd.exec(5), $PATH. */
const PATH_OF_SYSTEMD = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Gathers what is known before anything is probed. Throws UsageError when there is nothing to examine. */
export async function meetPatient(
  operand: string | undefined,
  flags: Flags,
  { env, clock }: Surroundings,
): Promise<Patient> {
  const file = operand ?? configFile(flags, env);
  const common = { env, clock, unreachable: new Set<string>(), toldTimes: [] };
  if (file === undefined)
    return {
      ...common,
      ...{ file, settings: undefined, complaints: [], connection: await requireConnection(flags, env) },
      ...{ monitors: undefined, unit: undefined, runner: undefined, searchPath: process.env.PATH ?? '' },
    };

  const complaints: string[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      if (!complaints.includes(error.message)) complaints.push(error.message);
      return undefined;
    }
  };
  const settings: MonitorSettings | undefined = attempt(() => readMonitorFile(file));
  const way: WaySettings | undefined = settings ?? attempt(() => readWay(file));
  const connection = way && attempt(() => chooseConnection(file, flags, way));
  const monitors = runningMonitors(file);
  const unit = unitFor(file);
  return {
    ...common,
    ...{ file, settings, complaints, connection, monitors, unit },
    runner: asWho(runnerOf(monitors, unit)),
    searchPath: monitors?.[0]?.env.PATH ?? (unit ? PATH_OF_SYSTEMD : (process.env.PATH ?? '')),
  };
}

/** The service manager gives the monitor all groups of its user. */
function asWho(user: User | undefined): Who | undefined {
  return user && { ...user, mainGroupAlone: false };
}
