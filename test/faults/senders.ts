import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type Collector, post } from '../support/collector.ts';
import type { Random } from '../support/random.ts';
import type { Scene } from '../support/scene.ts';

const SERVICES = 3;
const STATES = ['OK', 'OK', 'OK', 'WARN', 'ERR', 'UNK'] as const;
const PERIOD_S = 3600;
/** Before it tries again, when nobody listened. */
const BREATH_MS = 20;

/** What a report said. */
export interface Told {
  state: string;
  /** Unlike any other's of this service. */
  info: string;
}

export interface SendersOptions {
  count: number;
  random: Random;
  /** How long each info is. */
  infoLength?: number;
}

/** Machines that report some services again and again, each time something else, whoever listens. */
export class Senders {
  /** Why reports were refused with 503, each reason once. */
  readonly refusals = new Set<string>();
  readonly #said: Map<string, (Told & { isAccepted: boolean })[]>;
  readonly #running: Promise<void>[];
  readonly #infoLength: number;
  #isOver = false;

  /** They end with the scene at the latest. */
  constructor(scene: Scene, url: string, { count, random, infoLength = 0 }: SendersOptions) {
    scene.onEnd(() => this.end());
    const names = Array.from({ length: count }, (_, index) => `web${index}`);
    this.#infoLength = infoLength;
    this.#said = new Map(names.map((name) => [name, []]));
    this.#running = names.map((name) => this.#run(name, url, random));
  }

  async #run(name: string, url: string, random: Random): Promise<void> {
    const said = this.#said.get(name) ?? [];
    while (!this.#isOver) {
      const info = `${name} ${said.length} `.padEnd(this.#infoLength, '.');
      const told = { state: random.oneOf(STATES), info, isAccepted: false };
      const { state } = told;
      said.push(told);
      const services = Array.from({ length: SERVICES }, (_, index) => ({ name: `s${index}`, state, info }));
      const body = { server: { name, key: '1234' }, period: PERIOD_S, services };
      told.isAccepted = await this.#post(`${url}api/set/service/status`, body);
      if (!told.isAccepted) await pause(BREATH_MS);
    }
  }

  /** Whether it was answered with 200; otherwise nobody listened, or it was refused for the time being. */
  async #post(url: string, body: object): Promise<boolean> {
    const answer = await post(url, body).catch(() => undefined);
    const text = await answer?.text().catch(() => undefined);
    if (!answer || text === undefined) return false;
    if (answer.status !== 503) assert.equal(answer.status, 200, text);
    if (answer.status === 200) return true;
    assert.match(answer.headers.get('Retry-After') ?? '', /^[1-9]\d*$/);
    this.refusals.add(JSON.parse(text).error);
    return false;
  }

  /** How many POSTs were answered with 200. */
  get accepted(): number {
    return [...this.#said.values()].flat().filter(({ isAccepted }) => isAccepted).length;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  /**
   * Expects that of each service everything is stored that was accepted, in its order, and exactly the alerts that
   * follow from what is stored. Returns how many POSTs are stored though nobody was told so.
   */
  async check(collector: Collector): Promise<number> {
    let untold = 0;
    for (const { id, server, name } of await collector.services('q=web')) {
      const stored = await reportsOf(collector, id);
      const there = new Set(stored.map(({ info }) => info));
      const said = this.#said.get(server) ?? [];
      const expected = said.filter(({ isAccepted, info }) => isAccepted || there.has(info));
      assert.deepEqual(
        stored,
        expected.map(({ state, info }) => ({ state, info })),
        `${server} ${name}`,
      );
      untold += expected.filter(({ isAccepted }) => !isAccepted).length;
      const alerts = await collector.alerts(`server=${server}&service=${name}`);
      assert.deepEqual(
        alerts.map(({ message }) => message),
        changesOf(stored),
        `${server} ${name}`,
      );
    }
    return untold / SERVICES;
  }
}

/** A service's kept reports, the oldest first. */
async function reportsOf(collector: Collector, id: number): Promise<Told[]> {
  const all: Told[] = [];
  let cursor = '';
  for (;;) {
    const path = `services/${id}/reports?limit=1000${cursor}`;
    const { reports, next } = await collector.get<{ reports: Told[]; next?: string }>(path);
    all.push(...reports.map(({ state, info }) => ({ state, info })));
    if (next === undefined) return all.reverse();
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

/** The alerts that follow from reports. */
function changesOf(reports: Told[]): string[] {
  const changes: string[] = [];
  let before = '(?)';
  for (const { state } of reports) {
    const isQuietStart = before === '(?)' && state === 'OK';
    if (state !== before && !isQuietStart) changes.push(`State changed: "${before}" -> "${state}"`);
    before = state;
  }
  return changes;
}
