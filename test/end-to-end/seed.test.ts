import assert from 'node:assert/strict';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Collector, originalText, startCollector } from '../support/collector.ts';
import { newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import type { Program } from '../support/program.ts';
import { Scene } from '../support/scene.ts';

describe('the examples of OverC’s own document, as written there', () => {
  let shared: Scene;
  let scene: Scene;
  let collector: Collector;
  before(async () => {
    shared = new Scene();
    collector = await startCollector(shared, { database: newDatabase('SQLite', shared) });
  });
  after(() => shared.end());
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(async () => {
    await scene.end();
    await eventually(removeServers); // the last report of a monitor that was killed may still be on its way
  });

  /** Leaves the collector as empty as it was. */
  async function removeServers(): Promise<void> {
    const { servers } = await collector.get<{ servers: { id: number }[] }>('servers');
    for (const { id } of servers) await fetch(`${collector.url}api/v1/servers/${id}`, { method: 'DELETE' });
    assert.deepEqual([await collector.services(), await collector.alerts()], [[], []]);
  }

  /** A line of the document, with our collector's port in place of the document's. */
  const type = (line: string): Program =>
    scene.shell(line.replace('localhost:5000', `localhost:${collector.port}`));
  const states = async () =>
    (await collector.services()).map(({ server, name, state, info }) => [server, name, state, info]);

  describe('overcli', () => {
    it('pings', async () => {
      const { code, out, err } = await type("overcli -s 'http://localhost:5000' -i 'localhost:1234' ping")
        .outcome;
      assert.deepEqual([code, out, err], [0, `pong from http://localhost:${collector.port}/\n`, '']);
    });

    it('reports a single service’s state', async () => {
      const { code, err } = await type(
        "overcli -s 'http://localhost:5000' -i 'localhost:1234' service-status 60 'app' 'OK' 'Runs fine'",
      ).outcome;
      assert.deepEqual([code, err], [0, '']);
      assert.deepEqual(await states(), [['localhost', 'app', 'OK', 'Runs fine']]);
      assert.equal((await collector.services())[0]?.period, 60);
    });

    it('reports a single alert', async () => {
      const { code, err } = await type(
        `overcli -s 'http://localhost:5000' -i 'localhost:1234' alert "Something bad has happened"`,
      ).outcome;
      assert.deepEqual([code, err], [0, '']);
      const alerts = await collector.alerts();
      assert.deepEqual(alerts.map(originalText), ['localhost: [api/alert] Something bad has happened\n']);
    });

    it('is refused with exit code 1 when its key is another than the first', async () => {
      await type("overcli -s 'http://localhost:5000' -i 'localhost:1234' ping").outcome;
      const { code, err } = await type("overcli -s 'http://localhost:5000' -i 'localhost:4321' ping").outcome;
      assert.equal(code, 1);
      assert.match(err, /^overcli: .*another key.*\n$/);
      assert.doesNotMatch(err, /4321/);
    });
  });

  describe('JSON by curl', () => {
    async function curl(path: string, body: string): Promise<unknown> {
      scene.write('body.json', body);
      const line = `curl -sS -w ' %{http_code}' -d @body.json http://localhost:5000/${path}`;
      const { out, err } = await type(line).outcome;
      assert.equal(err, '');
      const [, answer, status] = /^(.*) (\d+)$/s.exec(out) ?? [];
      return [Number(status), JSON.parse(answer ?? '')];
    }

    it('pings', async () => {
      assert.deepEqual(await curl('api/ping', PING), [200, { pong: 1 }]);
    });

    it('reports services', async () => {
      assert.deepEqual(await curl('api/set/service/status', withoutLastComma(SERVICES)), [200, { ok: 1 }]);
      assert.deepEqual(await states(), [
        ['localhost', 'application', 'OK', 'up 32h'],
        ['localhost', 'cpu', 'OK', '28% load'],
        ['localhost', 'queue', 'OK', '3 items'],
      ]);
      assert.deepEqual(new Set((await collector.services()).map(({ period }) => period)), new Set([60]));
    });

    it('reports alerts', async () => {
      assert.deepEqual(await curl('api/set/alerts', withoutLastComma(ALERTS)), [200, { ok: 1 }]);
      assert.deepEqual((await collector.alerts()).map(originalText), [
        'localhost: [api/alert] System down\n',
        'localhost: [api/alert] System down\n',
        'localhost queue: [api/alert] Cannot check state for service A\n',
      ]);
    });

    it('is malformed with the document’s comma before a closing bracket, which JSON does not know', async () => {
      for (const [path, body] of [
        ['api/set/service/status', SERVICES],
        ['api/set/alerts', ALERTS],
      ] as const)
        assert.deepEqual(await curl(path, body), [
          400,
          { error: 'body is not valid JSON; there may be no comma before ] or }' },
        ]);
      assert.deepEqual([await states(), await collector.alerts()], [[], []]);
    });

    it('is refused with another key, and malformed without its services', async () => {
      assert.deepEqual(await curl('api/ping', PING), [200, { pong: 1 }]);
      const [refused] = (await curl('api/ping', PING.replace('1234', '4321'))) as [number];
      const [malformed, { error }] = (await curl('api/set/service/status', PING)) as [
        number,
        { error: string },
      ];
      assert.deepEqual([refused, malformed], [403, 400]);
      assert.match(error, /^services/);
    });

    it('takes FAIL as ERR, and any other word as UNK', async () => {
      const services = ['FAIL', 'WARN', 'BROKEN'].map((state) => ({ name: state, state }));
      await curl('api/set/service/status', JSON.stringify({ ...JSON.parse(PING), period: 60, services }));
      assert.deepEqual(
        (await states()).map(([, name, state]) => [name, state]),
        [
          ['BROKEN', 'UNK'],
          ['FAIL', 'ERR'],
          ['WARN', 'WARN'],
        ],
      );
    });
  });

  describe('overcli monitor', () => {
    const plugins = () => {
      scene.script('plugin.d/app.sh', '#! /usr/bin/env bash\necho up 32h\n');
      scene.script('plugin.d/que.sh', '#! /usr/bin/env bash\necho 300 items\nexit 1\n');
      scene.script('plugin.d/cpu.sh', '#! /usr/bin/env bash\necho 100% load\nexit 2\n');
    };
    const reported = (server: string) => [
      [server, 'app', 'OK', 'up 32h'],
      [server, 'cpu', 'ERR', '100% load'],
      [server, 'echo', 'OK', '1'],
      [server, 'que', 'WARN', '300 items'],
    ];

    it('reports the four services of the INI file, with the user and password of its server’s address', async () => {
      const proxy = await startProxy(scene, collector.port);
      plugins();
      scene.write('config.ini', INI.replace('mon.example.com:5000', `127.0.0.1:${proxy.port}`));
      const monitor = scene.overcli('monitor', 'config.ini');
      await eventually(async () => assert.deepEqual(await states(), reported('a.example.com')));
      const { code } = await monitor.stop();
      assert.equal(code, 0);
      assert.deepEqual(
        (await collector.services()).map(({ period }) => period),
        [5, 10, 5, 10],
      );
      assert.deepEqual(new Set(proxy.seen), new Set([`Basic ${btoa('user:password')}`]));

      scene.write('config.ini', INI.replace('user:password@mon.example.com:5000', `127.0.0.1:${proxy.port}`));
      const refused = scene.overcli('monitor', 'config.ini');
      await eventually(() => assert.match(refused.err, /401/));
    });

    it('takes the command line’s server and name before the file’s', async () => {
      plugins();
      scene.write('config.ini', INI);
      type("exec overcli -s 'http://localhost:5000' -i 'localhost:1234' monitor config.ini");
      await eventually(async () => assert.deepEqual(await states(), reported('localhost')));
    });

    const monitorPids = (script: string) => {
      scene.script('plugin.d/pid-check.sh', script);
      const services = ['node', 'no-such-httpd'].map(
        (name) => `[service:${name}]\nperiod=5\ncommand=./plugin.d/pid-check.sh "${name}"\n`,
      );
      scene.write('config.ini', services.join('\n'));
      type("exec overcli -s 'http://localhost:5000' -i 'localhost:1234' monitor config.ini");
    };

    it('checks a process by the script with the semicolon that bash wants', async () => {
      monitorPids(PID_CHECK.replace('exit 2 }', 'exit 2; }'));
      await eventually(async () => {
        const [none, some] = await states();
        assert.deepEqual(none, ['localhost', 'no-such-httpd', 'ERR', 'Not running!']);
        assert.deepEqual(some?.slice(0, 3), ['localhost', 'node', 'OK']);
        assert.match(some?.[3] ?? '', new RegExp(`^PID: .*\\b${process.pid}\\b`));
      });
    });

    it('reports what bash says to the script without it', async () => {
      monitorPids(PID_CHECK);
      await eventually(async () => {
        const found = await states();
        assert.equal(found.length, 2);
        for (const [, , state, info] of found) {
          assert.equal(state, 'ERR');
          assert.match(info ?? '', /pid-check\.sh: line \d+: syntax error/);
        }
      });
    });
  });
});

/** A reverse proxy that lets in whoever has the document's user and password. */
async function startProxy(scene: Scene, collectorPort: number): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const proxy: Server = createServer((req, res) => {
    const { authorization = '' } = req.headers;
    if (authorization !== `Basic ${Buffer.from('user:password').toString('base64')}`) {
      res.writeHead(401).end();
      return;
    }
    seen.push(authorization);
    const options = { port: collectorPort, path: req.url, method: req.method, headers: req.headers };
    req.pipe(
      request(options, (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      }),
    );
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  scene.onEnd(() => {
    proxy.closeAllConnections();
    return new Promise((resolve) => proxy.close(resolve));
  });
  return { port: (proxy.address() as AddressInfo).port, seen };
}

function withoutLastComma(text: string): string {
  return text.replace(/,(\s*\])/, '$1');
}

const PING = `{
  "server": { "name": "localhost", "key": "1234" }
}`;

const SERVICES = `{
  "server": { "name": "localhost", "key": "1234" },
  "period": 60,
  "services": [
    { "name": "application", "state": "OK", "info": "up 32h" },
    { "name": "cpu", "state": "OK", "info": "28% load" },
    { "name": "queue", "state": "OK", "info": "3 items" },
  ]
}`;

const ALERTS = `{
  "server": { "name": "localhost", "key": "1234" },
  "alerts": [
    { "message": "System down" },
    { "message": "System down" },
    { "message": "Cannot check state for service A", "service": "queue" },
  ]
}`;

const INI = `[overc]
server=http://user:password@mon.example.com:5000/
my-name=a.example.com
my-key=1234

[service:app]
period=5
command=./plugin.d/app.sh

[service:que]
period=10
command=./plugin.d/que.sh

[service:cpu]
period=10
command=./plugin.d/cpu.sh

[service:echo]
period=5
command=echo 1
`;

const PID_CHECK = `#! /usr/bin/env bash
applicaton_name="$1"

# Try to get PID of the running application, or die with code 2 ("FAIL")
application_pid=$(pidof $applicaton_name) || { echo 'Not running!' ; exit 2 }

# Running fine: print PID, exit with 0 ("OK")
echo "PID: $application_pid"
exit 0
`;
