import type { Clock } from '../../clock.ts';
import type { Connection } from '../../connection.ts';
import type { Who } from '../../runner/access.ts';
import type { MonitorSettings } from '../../sources/ini.ts';
import type { Running } from '../running.ts';
import type { Unit } from '../unit-file.ts';

export type Mark = 'ok' | 'warning' | 'problem';

/** What a probe found out. */
export interface Finding {
  mark: Mark;
  text: string;
  /** What to do next, when it is not well. */
  advice?: string;
}

/** A moment at which a collector told its time. */
export interface ToldTime {
  /** The collector's address as it may be shown. */
  from: string;
  /** The header `Date`: whole seconds. */
  date: string;
  /** This machine's time before and after, UTC ms. */
  before: number;
  after: number;
}

/** What is examined, and what probes found out for those after them. */
export interface Patient {
  /** The monitor's file; undefined when the command line says all. */
  file: string | undefined;
  /** What the file says, when it can be understood. */
  settings: MonitorSettings | undefined;
  /** What is wrong with it, in the monitor's words. */
  complaints: string[];
  connection: Connection | undefined;
  /** Monitors of this file that run; undefined when nobody tells. */
  monitors: Running[] | undefined;
  unit: Unit | undefined;
  /** Whom the monitor runs as; undefined when as ourselves. */
  runner: Who | undefined;
  /** Where the monitor looks for programs. */
  searchPath: string;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  /** Addresses of the collector that nothing more can be said about. */
  unreachable: Set<string>;
  toldTimes: ToldTime[];
}

/** One thing to look at. A new probe is one module and one line in probes.ts. */
export interface Probe {
  name: string;
  probe(patient: Patient): Finding[] | Promise<Finding[]>;
}

export function ok(text: string): Finding {
  return { mark: 'ok', text };
}

export function warning(text: string, advice: string): Finding {
  return { mark: 'warning', text, advice };
}

export function problem(text: string, advice: string): Finding {
  return { mark: 'problem', text, advice };
}

/** What an error says, which has its advice behind a semicolon. */
export function fromMessage(mark: Mark, message: string): Finding {
  const at = message.indexOf('; ');
  if (at < 0) return { mark, text: message };
  return { mark, text: message.slice(0, at), advice: message.slice(at + 2) };
}
