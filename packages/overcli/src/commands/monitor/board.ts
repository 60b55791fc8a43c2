import { type Report, STATES, type State } from '@overc/protocol';
import type { Clock } from '../../clock.ts';

/** What is known of a service. Times are on the clock that never jumps. */
export interface Row {
  service: string;
  /** The state that was reported last; none before the first report. */
  state?: State;
  info: string;
  reportedAt?: number;
  /** How long the last run took. */
  runMs?: number;
  isRunning?: boolean;
  /** When the next run begins, once one has ended. */
  nextAt?: number;
}

/** How all services are, for whoever looks. */
export class Board {
  readonly #clock: Clock;
  #rows = new Map<string, Row>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The services that there are from now on. */
  set services(names: string[]) {
    this.#rows = new Map(names.map((service) => [service, this.#rows.get(service) ?? { service, info: '' }]));
  }

  get rows(): Row[] {
    return [...this.#rows.values()];
  }

  started(service: string): void {
    this.#change(service, { isRunning: true });
  }

  /** Answers the state before; `(?)` before the first. */
  reported({ service, state, info }: Report, runMs: number, nextMs: number): State | '(?)' {
    const before = this.#rows.get(service)?.state ?? '(?)';
    const now = this.#clock.now();
    this.#change(service, { state, info, runMs, isRunning: false, reportedAt: now, nextAt: now + nextMs });
    return before;
  }

  doubted(service: string, nextMs: number): void {
    this.#change(service, { isRunning: false, nextAt: this.#clock.now() + nextMs });
  }

  summary(): string {
    return summarize(this.rows.map(({ state }) => state));
  }

  #change(service: string, change: Partial<Row>): void {
    const row = this.#rows.get(service);
    if (row) Object.assign(row, change);
  }
}

/** States in a line, such as `12 services: 11 OK, 1 ERR`; a service without one is counted in the sum alone. */
export function summarize(states: (State | undefined)[]): string {
  const counts = STATES.map((state) => ({ state, count: states.filter((one) => one === state).length }));
  const parts = counts.filter(({ count }) => count > 0).map(({ state, count }) => `${count} ${state}`);
  const total = `${states.length} service${states.length === 1 ? '' : 's'}`;
  return parts.length === 0 ? total : `${total}: ${parts.join(', ')}`;
}
