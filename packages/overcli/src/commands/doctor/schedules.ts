import { msToNext } from '../../sources/cron.ts';
import type { PluginSpec } from '../../sources/spec.ts';
import { span } from '../monitor/table.ts';
import { type Finding, ok, type Patient, type Probe, warning } from './finding.ts';

/** How many of the next runs are listed. */
const MOST_LISTED = 10;
/** Times farther away are not waited for. Source: docs/settings.md, "Promises". */
const LONGEST_WAIT_MS = 300 * 24 * 60 * 60 * 1000;

/** When do those with a cron expression run next, and can the others keep their promises? */
export const schedules: Probe = {
  name: 'schedules',
  probe(patient) {
    const specs = patient.settings?.plugins ?? [];
    const next = specs.flatMap((spec) => nextOf(spec, patient)).toSorted((a, b) => a.inMs - b.inMs);
    const listed = next.slice(0, MOST_LISTED).map((one) => tell(one, patient));
    const more = next.length - listed.length;
    return [...listed, ...(more > 0 ? [ok(`${more} more run later`)] : []), ...specs.flatMap(tooPatient)];
  },
};

interface Next {
  service: string;
  inMs: number;
  timezone: string | undefined;
}

function nextOf({ service, timing }: PluginSpec, { clock }: Patient): Next[] {
  if (timing.kind !== 'cron') return [];
  return [{ service, inMs: msToNext(timing, clock.timestamp()), timezone: timing.timezone }];
}

function tell({ service, inMs, timezone }: Next, { clock }: Patient): Finding {
  const at = wallTime(clock.wall() + inMs, timezone);
  const text = `${service} runs next at ${at}, in ${span(inMs)}`;
  if (inMs <= LONGEST_WAIT_MS) return ok(text);
  return warning(text, 'that is farther away than 300 days, so it runs before; give it a nearer time');
}

/** A time on the clocks of a place, such as `2026-11-22 02:30 Europe/Berlin`. */
function wallTime(ms: number, timezone: string | undefined): string {
  const format = new Intl.DateTimeFormat('en', {
    ...(timezone !== undefined && { timeZone: timezone }),
    ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
  const { year, month, day, hour, minute } = parts;
  return `${year}-${month}-${day} ${hour}:${minute} ${format.resolvedOptions().timeZone}`;
}

function tooPatient({ service, timing, timeoutMs }: PluginSpec): Finding[] {
  if (timing.kind !== 'period' || timeoutMs <= timing.periodMs) return [];
  return [
    warning(
      `${service} may run for ${timeoutMs / 1000} s and promises a report within ${timing.periodMs / 1000} s`,
      'a slow run would break that promise; make timeout shorter or period longer',
    ),
  ];
}
