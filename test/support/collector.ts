import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import { freePort } from './mariadb.ts';
import type { Outcome, Program, Within } from './program.ts';
import type { Scene } from './scene.ts';

/** What the read API answers, as far as the tests look at it. */
export interface ServiceJson {
  id: number;
  server: string;
  name: string;
  state: string;
  info: string;
  silent: boolean;
  period: number;
  deadline_at: string;
}

export interface AlertJson {
  id: number;
  at: string;
  server: string | null;
  service: string | null;
  kind: string;
  message: string;
  state: string | null;
  info: string | null;
  deliveries: { channel: string; state: string; attempts: number }[];
}

export interface CollectorOptions {
  database: string;
  /** Names the settings file; a scene with two collectors has two. */
  name?: string;
  port?: number;
  /** More lines of the settings file: first of `[overc]`, then whole sections. */
  settings?: string;
  /** Wraps its command line in another one. */
  within?: Within;
}

/** A running collector, as a process. */
export interface Collector {
  program: Program;
  database: string;
  port: number;
  /** With a slash at the end. */
  url: string;
  get<T>(path: string): Promise<T>;
  services(query?: string): Promise<ServiceJson[]>;
  /** The oldest first. */
  alerts(query?: string): Promise<AlertJson[]>;
  /** POSTs a status and expects it to be stored. */
  report(server: string, services: object[], period?: number): Promise<void>;
  /** Asks it to stop and expects that it does. */
  stop(): Promise<void>;
  /** Stops it, and starts it with the same settings. */
  restart(): Promise<Collector>;
  /** Kills it in the middle of whatever it does, and starts it with the same settings. */
  killAndRestart(): Promise<Collector>;
}

/** A collector on a new SQLite database in the scene's folder, both called by a name. */
export function startNamed(scene: Scene, name: string, settings = ''): Promise<Collector> {
  return startCollector(scene, { database: `sqlite://${scene.path(`${name}.db`)}`, name, settings });
}

/** A list's rows, by its name, and where there is one the cursor of the `next` page. */
type Page<T> = Record<string, T[] | string | undefined>;

const ANSWER_PATIENCE_MS = 10_000;

/** Starts a collector in the scene's folder; resolves when it listens. */
export async function startCollector(scene: Scene, options: CollectorOptions): Promise<Collector> {
  const { database, name = 'server', port = await freePort(), settings = '', within } = options;
  const text = `[overc]\ndatabase=${database}\nlisten=127.0.0.1:${port}\n${settings}`;
  scene.write(`${name}.ini`, text);
  const program = scene.overcServer(['--config', `${name}.ini`], {}, within);
  const url = `http://127.0.0.1:${port}/`;
  const died = program.outcome.then((outcome) => assert.fail(`the collector ended: ${told(outcome)}`));
  await Promise.race([died, eventually(() => ask(`${url}healthz`))]);
  died.catch(() => {}); // from now on a test may mean it

  const get = <T>(path: string) => ask<T>(`${url}api/v1/${path}`);

  async function allPages<T>(name: string, query: string): Promise<T[]> {
    const rows: T[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page: Page<T> = await get(`${name}?limit=1000&${query}${cursor}`);
      rows.push(...(page[name] as T[]));
      cursor = page.next && `&cursor=${encodeURIComponent(page.next as string)}`;
    }
    return rows;
  }

  return {
    program,
    database,
    port,
    url,
    get,
    services: (query = '') => allPages<ServiceJson>('services', query),
    async alerts(query = '') {
      return (await allPages<AlertJson>('alerts', query)).reverse();
    },
    async report(server, services, period = 60) {
      const body = { server: { name: server, key: '1234' }, period, services };
      const response = await post(`${url}api/set/service/status`, body);
      assert.equal(response.status, 200, await response.text());
    },
    stop: () => stop(program),
    async restart() {
      await stop(program);
      return startCollector(scene, { ...options, port });
    },
    async killAndRestart() {
      await program.stop('SIGKILL');
      return startCollector(scene, { ...options, port });
    },
  };
}

async function stop(program: Program): Promise<void> {
  const outcome = await program.stop();
  assert.equal(outcome.code, 0, told(outcome));
}

/** POSTs JSON. */
export function post(url: string, body: object): Promise<Response> {
  const signal = AbortSignal.timeout(ANSWER_PATIENCE_MS);
  return fetch(url, { method: 'POST', body: JSON.stringify(body), signal });
}

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_PATIENCE_MS) });
  assert.equal(response.status, 200, `${url} answers ${response.status}`);
  return (await response.json()) as T;
}

function told({ code, signal, out, err }: Outcome): string {
  return `exit code ${code ?? signal}\n${err}${out}`;
}

/** An alert's text as the original gives it to a command. */
export function originalText({ server, service, kind, message, state, info }: AlertJson): string {
  const about = [server ?? 'OverC', service].filter((part) => part !== null).join(' ');
  const current = state === null ? '' : `Current: ${state}: ${info}\n`;
  return `${about}: [${kind}] ${message}\n${current}`;
}
