import type { Report, State } from '@overc/protocol';
import { pause } from '../src/clock.ts';
import { Gate } from '../src/runner/gate.ts';
import { Schedule } from '../src/runner/schedule.ts';
import type { PluginSpec } from '../src/sources/spec.ts';
import { ManualClock } from './manual-clock.ts';

/** A schedule on a clock that a test turns, with plugins that take as long and say what the test says. */
export class Day {
  readonly clock = new ManualClock();
  readonly gate = new Gate(this.clock, Number.POSITIVE_INFINITY);
  readonly starts: Record<string, number[]> = {};
  /** When each service reported, and until when it promised to do so again. */
  readonly reports: Record<string, { at: number; state: State; until: number }[]> = {};
  readonly runMs: Record<string, number> = {};
  /** What the next runs of a service say, in their order; OK after these. */
  readonly states: Record<string, State[]> = {};
  readonly doubts: string[] = [];
  mostAtOnce = 0;
  mostOfOne = 0;
  random = 0;
  maxLagMs: number | undefined;
  fault: unknown;
  readonly #running: string[] = [];
  readonly schedule = new Schedule({
    clock: this.clock,
    gate: this.gate,
    run: (spec, signal) => this.#run(spec, signal),
    random: () => this.random,
    maxLagMs: () => this.maxLagMs,
    onStart: ({ service }) => {
      this.starts[service] = [...(this.starts[service] ?? []), this.clock.now()];
    },
    onReport: (report) => this.#note(report),
    onDoubt: ({ service }, { state }) => this.doubts.push(`${service} ${state}`),
    onFault: (error) => {
      this.fault = error;
    },
  });

  reportTimes(service: string): number[] {
    return (this.reports[service] ?? []).map(({ at }) => at);
  }

  async #run({ service }: PluginSpec, signal: AbortSignal) {
    this.#running.push(service);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#running.length);
    this.mostOfOne = Math.max(this.mostOfOne, this.#running.filter((name) => name === service).length);
    await pause(this.clock, this.runMs[service] ?? 0, signal);
    this.#running.splice(this.#running.indexOf(service), 1);
    const state = this.states[service]?.shift() ?? 'OK';
    return signal.aborted ? undefined : { state, info: '' };
  }

  #note({ service, state, periodSeconds }: Report): void {
    const at = this.clock.now();
    const report = { at, state, until: at + periodSeconds * 1000 };
    this.reports[service] = [...(this.reports[service] ?? []), report];
  }
}
