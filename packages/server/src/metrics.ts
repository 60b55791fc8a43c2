import { Counter, Gauge, Registry } from 'prom-client';

/** What `/metrics` tells, in Prometheus' text format. */
export interface Metrics {
  registry: Registry;
  /** Counts an answer of the write API, by its HTTP status. */
  countPost(status: number): void;
  reports: Counter;
  alerts: Counter;
  services: Gauge<'state'>;
  silent: Gauge;
}

export interface Measured {
  /** How many submissions wait for the disk. */
  waiting(): number;
  /** How long each part of the collector was held up at the most within the last minute, milliseconds. */
  delays(): Record<string, number>;
}

export function createMetrics({ waiting, delays }: Measured): Metrics {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({
    name: 'overc_intake_waiting',
    help: 'Submissions that wait for the disk',
    registers,
    collect() {
      this.set(waiting());
    },
  });
  new Gauge({
    name: 'overc_delay_seconds',
    help: 'How long a part of the collector was held up at the most within the last minute',
    labelNames: ['part'],
    registers,
    collect() {
      for (const [part, ms] of Object.entries(delays())) this.set({ part }, ms / 1000);
    },
  });
  // Counted here, since the library looks its labels up anew each time, and nothing happens as often as a POST.
  const posts = new Map<number, number>();
  new Counter({
    name: 'overc_posts_total',
    help: 'Answers of the write API by HTTP status',
    labelNames: ['status'],
    registers,
    collect() {
      this.reset();
      for (const [status, count] of posts) this.inc({ status }, count);
    },
  });
  return {
    registry,
    countPost: (status) => posts.set(status, (posts.get(status) ?? 0) + 1),
    reports: new Counter({ name: 'overc_reports_total', help: 'Reports stored', registers }),
    alerts: new Counter({ name: 'overc_alerts_total', help: 'Alerts raised', registers }),
    services: new Gauge({
      name: 'overc_services',
      help: 'Services by state',
      labelNames: ['state'],
      registers,
    }),
    silent: new Gauge({
      name: 'overc_services_silent',
      help: 'Services whose deadline has passed',
      registers,
    }),
  };
}
