import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import fc from 'fast-check';
import { type Collector, startCollector } from '../support/collector.ts';
import { KINDS, type Kind, newDatabase } from '../support/database.ts';
import { seededRandom } from '../support/random.ts';
import { scenes } from '../support/scene.ts';

const BODIES = 10_000;
const AT_ONCE = 16;
const PATHS = ['api/ping', 'api/set/service/status', 'api/set/alerts'];
/** After so many others memory has grown as far as it does; afterwards it may vary by so much. */
const WARM_UP = 20_000;
const MOST_GROWTH_BYTES = 64 * 1024 ** 2;

const IDENTITY = { name: 'web1', key: '1234' };
const VALID: Record<string, object> = {
  'api/ping': { server: IDENTITY },
  'api/set/service/status': {
    server: IDENTITY,
    period: 60,
    services: [{ name: 'disk', state: 'OK', info: 'fine' }],
  },
  'api/set/alerts': { server: IDENTITY, alerts: [{ message: 'Look', service: 'disk' }] },
};

interface Post {
  path: string;
  body: Buffer;
}

describe('bodies that are no reports', () => {
  const newScene = scenes();

  for (const kind of KINDS)
    it(`are refused, ten thousand of them, and nothing of them stays: ${kind}`, () => refuseAll(kind));

  async function refuseAll(kind: Kind): Promise<void> {
    const scene = newScene();
    const { seed } = seededRandom();
    const collector = await startCollector(scene, { database: newDatabase(kind, scene) });
    const posts = fc.sample(badPost(), { numRuns: WARM_UP + BODIES, seed });
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    scene.onEnd(() => agent.destroy());

    await refuse(collector, agent, posts.slice(0, WARM_UP));
    const before = residentBytes(collector.program.pid);
    await refuse(collector, agent, posts.slice(WARM_UP));
    const grown = residentBytes(collector.program.pid) - before;
    assert.ok(grown < MOST_GROWTH_BYTES, `grew by ${grown} bytes`);
    assert.deepEqual(await collector.services(), []);
    assert.deepEqual((await collector.get<{ servers: object[] }>('servers')).servers, []);
    await collector.report('web1', [{ name: 'disk', state: 'OK' }]);
    assert.doesNotMatch(collector.program.out, /"level":50/, 'nothing of that is an error of the collector');
  }

  async function refuse(collector: Collector, agent: Agent, posts: Post[]): Promise<void> {
    const rest = posts.values();
    const sender = async () => {
      for (const { path, body } of rest) {
        const { status, text } = await send(`${collector.url}${path}`, body, agent);
        assert.ok(status >= 400 && status < 500, `${path} answers ${status} to ${body.toString('base64')}`);
        assert.match(text, /^\{"error":".+"\}$/);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
  }
});

function send(url: string, body: Buffer, agent: Agent): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Length': body.length };
    const posted = request(url, { method: 'POST', agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    posted.on('error', reject);
    posted.end(body);
  });
}

/** A POST that must be refused: anything at all, or a report with one thing wrong. */
function badPost(): fc.Arbitrary<Post> {
  const path = fc.constantFrom(...PATHS);
  const onAnyPath = (bodies: fc.Arbitrary<Buffer>) => fc.record({ path, body: bodies });
  return fc.oneof(
    onAnyPath(fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes))),
    onAnyPath(fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text))),
    onAnyPath(fc.integer({ min: 100, max: 50_000 }).map((depth) => Buffer.from('['.repeat(depth)))),
    path.chain((path) => cutOff(path).map((body) => ({ path, body }))),
    path.chain((path) => withoutOneMark(path).map((body) => ({ path, body }))),
    path.chain((path) => withOneBadValue(path).map((body) => ({ path, body }))),
  );
}

/** The beginning of a report. */
function cutOff(path: string): fc.Arbitrary<Buffer> {
  const whole = Buffer.from(JSON.stringify(VALID[path]));
  return fc.integer({ min: 0, max: whole.length - 1 }).map((length) => whole.subarray(0, length));
}

/** A report that lacks one of JSON's own marks. */
function withoutOneMark(path: string): fc.Arbitrary<Buffer> {
  const text = JSON.stringify(VALID[path]);
  const marks = [...text].flatMap((mark, place) => ('{}[]":,'.includes(mark) ? [place] : []));
  return fc.constantFrom(...marks).map((place) => Buffer.from(text.slice(0, place) + text.slice(place + 1)));
}

/** A report in which one value is something else, or missing. */
function withOneBadValue(path: string): fc.Arbitrary<Buffer> {
  const text = JSON.stringify(VALID[path]);
  const wrong = fc.constantFrom(
    undefined,
    null,
    true,
    1.5,
    -1,
    1e300,
    [],
    [[]],
    {},
    { toString: 1 },
    '',
    '\ud800',
  );
  const places = placesIn(VALID[path] as object);
  return fc.record({ place: fc.constantFrom(...places), wrong }).map(({ place, wrong }) => {
    const body = JSON.parse(text);
    const parent = place.slice(0, -1).reduce((value, name) => value[name], body);
    const name = place.at(-1) as string;
    const isFine = ['info', 'state'].includes(name) && wrong === '';
    const isOptional = wrong === undefined && ['info', 'service'].includes(name);
    const isEmptyList = Array.isArray(wrong) && wrong.length === 0 && ['services', 'alerts'].includes(name);
    parent[name] = isFine || isOptional || isEmptyList ? { no: 1 } : wrong;
    return Buffer.from(JSON.stringify(body));
  });
}

/** The paths to every value within a value. */
function placesIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    [name],
    ...placesIn(inner).map((place) => [name, ...place]),
  ]);
}

function residentBytes(pid: number): number {
  const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) * 1024;
}
