import assert from 'node:assert/strict';
import type { Config } from '../../src/config.ts';
import { startCollector, type TestCollector, WEB1 } from './collector.ts';
import type { Kind } from './databases.ts';

interface Said {
  id: number;
  kind: string;
  server: string | null;
  service: string | null;
  message: string;
}

/** A diary: what happens at which hour of one day to one collector. */
export class Day {
  readonly collector: TestCollector;
  #seen = 0;

  static async start(kind: Kind, settings: Partial<Config> = {}): Promise<Day> {
    return new Day(await startCollector(kind, settings));
  }

  constructor(collector: TestCollector) {
    this.collector = collector;
  }

  /** Goes on to a time of the day, `10:02` or `10:02:00.500`. */
  at(time: string) {
    const ms = Date.parse(`2026-01-05T${time.length === 5 ? `${time}:00` : time}Z`);
    const arrive = () => this.collector.clock.advanceTo(ms);
    return {
      report: async (name: string, state: string, more: object = {}) => {
        await arrive();
        await this.collector.report({ name, state, ...more });
      },
      postAlert: async (alert: object) => {
        await arrive();
        await this.collector
          .http()
          .post('/api/set/alerts')
          .send({ server: WEB1, alerts: [alert] })
          .expect(200);
      },
      /** Somebody changes a service of the usual server. */
      change: async (name: string, change: object) => {
        await arrive();
        const { body } = await this.collector.http().get('/api/v1/services').query({ q: name }).expect(200);
        const { id } = body.services.find((service: { name: string }) => service.name === name);
        await this.collector.http().patch(`/api/v1/services/${id}`).send(change).expect(200);
      },
      /** Somebody changes the usual server. */
      changeServer: async (change: object) => {
        await arrive();
        await this.collector.http().patch('/api/v1/servers/1').send(change).expect(200);
      },
      /** Exactly these alerts came since the last look. */
      expectAlerts: async (...expected: string[]) => {
        await arrive();
        assert.deepEqual(
          (await this.#news()).map(({ kind, service }) => (service === null ? kind : `${kind} ${service}`)),
          expected,
        );
      },
      expectAlert: async (kind: string, service: string | null) => {
        await arrive();
        assert.deepEqual(
          (await this.#news()).map((alert) => [alert.kind, alert.service]),
          [[kind, service]],
        );
      },
      expectNothing: async () => {
        await arrive();
        assert.deepEqual(await this.#news(), []);
      },
    };
  }

  /** Fields of a service of the usual server, as the read API tells them. */
  async service(name: string, ...fields: string[]): Promise<unknown[]> {
    const { body } = await this.collector.http().get('/api/v1/services').query({ q: name }).expect(200);
    const service = body.services.find((service: { name: string }) => service.name === name);
    return fields.map((field) => service[field]);
  }

  /** The page of a service of the usual server. */
  async page(name: string): Promise<string> {
    const [id] = await this.service(name, 'id');
    return (await this.collector.http().get(`/services/${id}`).expect(200)).text;
  }

  stop(): Promise<void> {
    return this.collector.stop();
  }

  async #news(): Promise<Said[]> {
    const { body } = await this.collector.http().get('/api/v1/alerts?limit=1000').expect(200);
    const news = (body.alerts as Said[]).filter(({ id }) => id > this.#seen).reverse();
    this.#seen = Math.max(this.#seen, ...news.map(({ id }) => id));
    return news;
  }
}
