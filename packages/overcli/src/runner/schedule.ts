import { setMaxListeners } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { PluginSpec } from '../sources/spec.ts';
import { type RoundOptions, repeat } from './round.ts';

/** How far apart the first runs of two services lie, when there are not so many that it would take too long. */
const SPACING_MS = 50;
/** The share of its period within which a service has run for the first time. */
const FIRST_SHARE = 0.8;

export interface ScheduleOptions extends RoundOptions {
  /** Hears of an error that escapes from a service's rounds. */
  onFault: (error: unknown) => void;
}

/** A service that is being looked after. */
interface Life {
  spec: PluginSpec;
  stop: AbortController;
  ended: Promise<void>;
}

/** Runs plugins side by side, each again and again, until it is told of others or closed. */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #lives = new Map<string, Life>();
  /** Lives that are told to end and have not yet. */
  readonly #ending = new Set<Promise<void>>();

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /**
   * From now on runs these. What is as it was keeps its times; what is new or has changed runs soon, one after the other,
   * so that many do not begin, and come back, all at once; what is gone is stopped.
   */
  set(specs: PluginSpec[]): void {
    const wanted = new Map(specs.map((spec) => [spec.service, spec]));
    const before = new Map<string, Promise<void>>();
    for (const [service, { spec, ended }] of this.#lives) {
      if (isDeepStrictEqual(wanted.get(service), spec)) continue;
      this.#stop(service);
      before.set(service, ended);
    }
    const fresh = specs.filter(({ service }) => !this.#lives.has(service));
    for (const [index, spec] of fresh.entries())
      this.#begin(spec, firstMs(spec, index, fresh.length), before.get(spec.service));
  }

  /** Stops everything; resolves when the last run has ended. */
  async close(): Promise<void> {
    for (const service of [...this.#lives.keys()]) this.#stop(service);
    await Promise.all(this.#ending);
  }

  /** @param before the end of the life that this one replaces */
  #begin(spec: PluginSpec, delayMs: number, before = Promise.resolve()): void {
    const stop = new AbortController();
    setMaxListeners(0, stop.signal); // a run and the pauses around it listen, each a little
    const live = () => repeat(spec, delayMs, this.#options, stop.signal);
    const ended = before.then(live).catch(this.#options.onFault);
    this.#lives.set(spec.service, { spec, stop, ended });
  }

  #stop(service: string): void {
    const life = this.#lives.get(service);
    if (!life) return;
    this.#lives.delete(service);
    this.#ending.add(life.ended);
    void life.ended.finally(() => this.#ending.delete(life.ended));
    life.stop.abort();
  }
}

/** When the first run of the `index`th of `count` new services begins, from now. */
function firstMs({ timing }: PluginSpec, index: number, count: number): number {
  const periodMs = timing.kind === 'period' ? timing.periodMs : Number.POSITIVE_INFINITY;
  return (index / count) * Math.min(count * SPACING_MS, FIRST_SHARE * periodMs);
}
