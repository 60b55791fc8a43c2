import assert from 'node:assert/strict';
import type { State } from '@overc/protocol';
import fc from 'fast-check';
import { toIso, toIsoOrNull } from '../../src/clock.ts';
import type { Event, Span, Status } from '../../src/core/status.ts';
import { expire, receive, resume } from '../../src/core/transition.ts';
import { MORNING, onBothKinds, startCollector, type TestCollector, WEB1 } from '../support/collector.ts';

/** Longer than any pause between two looks of the sweep. */
const LOOK_MS = 600;
/** What is due falls on multiples of twice this; a look of the sweep at it is over when somebody pauses or resumes a service. */
const ASIDE_MS = 100;

interface Entry {
  state: State;
  period: number;
  grace: number;
  info: string;
  /** A run that has begun, or an end on purpose. */
  mark: 'running' | 'bye' | null;
}
interface Step {
  waitMs: number;
  /** What each of the five services says; null: it is not in this POST. */
  entries: (Entry | null)[];
  /** Which of the services is paused or resumed before, if it is there already. */
  pause: { index: number; paused: boolean } | null;
}

const saying = (period: number): Entry => ({ state: 'OK', period, grace: 0, mark: null, info: '' });
/** A service that promises more than the others, who leave it alone in their pulse, and that is paused once it is missed. */
const LEFT_ALONE: Step[] = [
  { waitMs: 0, entries: [3, 3, 9, 3, 3].map(saying), pause: null },
  { waitMs: 0, entries: [saying(3), saying(3), null, saying(3), saying(3)], pause: null },
  { waitMs: 10_000, entries: [3, 3, 3, 3, 3].map(saying), pause: { index: 2, paused: true } },
];

/** What should be known of one service after it has heard of all its reports and deadlines, and of nothing else. */
class Expected {
  status: Status | undefined;
  spans: Span[] = [];
  events: Event[] = [];
  reports: { at: string; state: State; info: string }[] = [];

  pause(paused: boolean): void {
    if (!this.status || this.status.paused === paused) return;
    const { next, events } = paused ? { next: { ...this.status, paused }, events: [] } : resume(this.status);
    this.status = next;
    this.events.push(...events);
  }

  look(now: number): void {
    const change = this.status && expire(this.status, now);
    if (change) this.#take(change);
  }

  hear(service: string, { state, period, grace, info, mark }: Entry, at: number): void {
    const promise = { periodSeconds: period, graceSeconds: grace, ...(mark && { [mark]: true }) };
    const change = receive(this.status, { service, state, info, ...promise }, at);
    this.#take(change);
    this.reports.unshift({ at: toIso(at), state: change.next.state, info: change.next.info });
  }

  #take({ next, closed, events }: ReturnType<typeof receive>): void {
    this.status = next;
    this.spans.unshift(...closed);
    this.events.push(...events);
  }
}

onBothKinds('however reports are grouped into POSTs', (kind) => {
  let collector: TestCollector;
  before(async () => {
    collector = await startCollector(kind, { keepReportsMs: 365 * 24 * 3600 * 1000 });
  });
  after(() => collector.stop());
  const get = async (path: string) => (await collector.http().get(`/api/v1${path}`).expect(200)).body;
  const names = ['a', 'b', 'c', 'd', 'e'];

  it('each service is as its own reports and deadlines made it', async () => {
    const entry = fc.record({
      state: fc.constantFrom<State>('OK', 'OK', 'OK', 'ERR'),
      period: fc.constantFrom(3, 3, 3, 9),
      grace: fc.constantFrom(0, 0, 0, 2),
      mark: fc.constantFrom(null, null, null, null, null, 'running' as const, 'bye' as const),
      info: fc.constantFrom('', 'fine', '"]', 'a\u0000b\n\\u0041 😀'),
    });
    const step = fc.record({
      waitMs: fc.constantFrom(0, 0, 400, 1400, 2400, 4000, 10_000),
      entries: fc.oneof(
        fc.array(fc.option(entry), { minLength: 5, maxLength: 5 }),
        fc.array(entry, { minLength: 5, maxLength: 5 }),
      ),
      pause: fc.option(fc.record({ index: fc.nat({ max: 4 }), paused: fc.boolean() })),
    });
    let run = 0;
    let now = MORNING;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps: Step[]) => {
        const server = { name: `host${++run}`, key: WEB1.key };
        const expected = new Map(names.map((name) => [name, new Expected()]));
        const goOn = async (ms: number) => {
          now += ms;
          await collector.clock.advanceTo(now);
          for (const one of expected.values()) one.look(now);
        };
        for (const { waitMs, entries, pause } of steps) {
          await goOn(waitMs + LOOK_MS);
          if (pause) {
            await goOn(ASIDE_MS);
            await change(server.name, names[pause.index] as string, pause.paused);
            expected.get(names[pause.index] as string)?.pause(pause.paused);
            await goOn(ASIDE_MS);
          }
          const services = names.flatMap((name, index) =>
            entries[index] ? [{ name, ...entries[index] }] : [],
          );
          for (const { name, ...said } of services) expected.get(name)?.hear(name, said, now);
          const sent = services.map(({ mark, ...entry }) => ({ ...entry, ...(mark && { [mark]: 1 }) }));
          await collector.http().post('/api/set/service/status').send({ server, services: sent }).expect(200);
        }
        const { services } = await get(`/services?server=${server.name}`);
        for (const service of services) await compare(service, expected.get(service.name) as Expected);
        const known = [...expected].filter(([, { status }]) => status).map(([name]) => name);
        assert.deepEqual(
          services.map(({ name }: { name: string }) => name),
          known,
        );
      }),
      { numRuns: 25, examples: [[LEFT_ALONE]] },
    );
  });

  async function change(server: string, name: string, paused: boolean): Promise<void> {
    const { services } = await get(`/services?server=${server}&q=${name}`);
    for (const service of services.filter((service: { name: string }) => service.name === name))
      await collector.http().patch(`/api/v1/services/${service.id}`).send({ paused }).expect(200);
  }

  async function compare(
    service: { id: number; server: string; name: string; [field: string]: unknown },
    { status, spans, events, reports }: Expected,
  ): Promise<void> {
    assert.ok(status);
    const { server, name, id } = service;
    assert.deepEqual(
      [service.state, service.info, service.period, service.grace, service.silent, service.paused],
      [
        ...[status.state, status.info, status.periodSeconds, status.graceSeconds],
        ...[status.silent, status.paused],
      ],
    );
    assert.deepEqual(
      [
        service.reported_at,
        service.deadline_at,
        service.state_since,
        service.running_since,
        service.ended_at,
      ],
      [
        ...[status.reportedAt, status.deadlineAt, status.stateSince],
        ...[status.runningSince, status.endedAt],
      ].map(toIsoOrNull),
    );
    const history = (await get(`/services/${id}/history`)).spans;
    const { state, silent, since, info } = status;
    const current = { state, silent, since, until: status.endedAt, reports: status.reports, info };
    const times = ({ since, until, ...span }: typeof current | Span) => ({
      ...{ ...span, since: toIso(since), until: until === null ? null : toIso(until) },
    });
    assert.deepEqual(history, [current, ...spans].map(times));
    assert.deepEqual((await get(`/services/${id}/reports`)).reports, reports);
    const { alerts } = await get(`/alerts?server=${server}&service=${name}`);
    assert.deepEqual(
      alerts.map(({ kind, message }: Event) => `${kind} ${message}`).reverse(),
      events.map(({ kind, message }) => `${kind} ${message}`),
    );
  }
});
