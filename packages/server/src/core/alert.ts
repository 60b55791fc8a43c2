import type { State } from '@overc/protocol';

/** What an alert is about. No server: the collector itself. `current` is the service's state and info when it was raised. */
export interface Alert {
  kind: string;
  message: string;
  server: string | null;
  service: string | null;
  current: { state: State; info: string } | null;
}

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * The text that a channel is given, as the original sends it to an alert command:
 * `server service: [kind] message`, then `Current: STATE: info` when the service has reported.
 */
export function alertText({ kind, message, server, service, current }: Alert): string {
  const about = [server ?? 'OverC', service].filter((part) => part !== null).join(' ');
  const headline = `${about}: [${kind}] ${message}\n`;
  return current ? `${headline}Current: ${current.state}: ${current.info}\n` : headline;
}

/** The kind that says that what an alert of this kind tells of is over; undefined when there is none. */
export function recoveryOf(kind: string): string | undefined {
  if (kind === 'plugin/offline') return 'plugin/online';
  return kind.startsWith('service:state/') && kind !== 'service:state/OK' ? 'service:state/OK' : undefined;
}

const INFORMATION = new Set([
  ...['service:state/OK', 'plugin/online', 'server/caught-up'],
  ...['channel/working', 'collector/on-time'],
]);
const WARNINGS = new Set(['service:state/WARN', 'service:state/UNK', 'collector/resumed', 'collector/late']);

/** Every kind of alert. */
export const KINDS = [
  'service:state/OK',
  'service:state/WARN',
  'service:state/ERR',
  'service:state/UNK',
  'plugin/offline',
  'plugin/online',
  'api/alert',
  'server/caught-up',
  'channel/failing',
  'channel/working',
  'collector/resumed',
  'collector/late',
  'collector/on-time',
];

/** The kinds that are so bad: these, or all but these. */
export function kindsOf(severity: Severity): { only: string[] } | { allBut: string[] } {
  if (severity === 'info') return { only: [...INFORMATION] };
  if (severity === 'warning') return { only: [...WARNINGS] };
  return { allBut: [...INFORMATION, ...WARNINGS] };
}

/** How bad an alert of this kind is. */
export function severityOf(kind: string): Severity {
  if (INFORMATION.has(kind)) return 'info';
  return WARNINGS.has(kind) ? 'warning' : 'critical';
}
