import assert from 'node:assert/strict';
import { type Collector, originalText, type ServiceJson, startCollector } from '../support/collector.ts';
import { KINDS, newDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/mariadb.ts';
import { Scene } from '../support/scene.ts';

const PLUGINS = '/usr/lib/nagios/plugins';
/** No deadline may pass unnoticed for longer. */
const LATENESS_MS = 1000;

for (const kind of KINDS) {
  describe(`the Monitoring Plugins under overcli and a collector (${kind})`, () => {
    let scene: Scene;
    let collector: Collector;
    let closedPort: number;

    beforeEach(async () => {
      scene = new Scene();
      closedPort = await freePort();
      collector = await startCollector(scene, {
        database: newDatabase(kind, scene),
        settings: '[alert:log]\ncommand=sh -c "cat >> alerts.txt"\n',
      });
      scene.write('monitor.ini', monitorFile(collector, closedPort));
    });
    afterEach(() => scene.end());

    const monitor = () => scene.overcli('monitor', 'monitor.ini');
    const names = () => EXPECTED.map(({ name }) => name);

    async function everyServiceIs(fact: (service: ServiceJson) => boolean): Promise<ServiceJson[]> {
      return eventually(async () => {
        const services = await collector.services();
        assert.deepEqual(
          services.map(({ name }) => name),
          names(),
        );
        assert.deepEqual(
          services.filter((service) => !fact(service)),
          [],
        );
        return services;
      });
    }

    it('report every state, fall silent when it is killed and come back with the next, told in the original’s words', async () => {
      const first = monitor();
      const reported = await everyServiceIs(() => true);
      for (const [index, { name, state, info }] of EXPECTED.entries()) {
        assert.equal(reported[index]?.state, state, `${name}: ${reported[index]?.info}`);
        assert.match(reported[index]?.info ?? '', info, name);
      }

      await first.stop('SIGKILL');
      for (const { name, deadline_at } of await everyServiceIs(({ silent }) => silent)) {
        const offline = await collector.alerts(`kind=plugin/offline&service=${name}`);
        assert.equal(offline.length, 1, name);
        const late = Date.parse(offline[0]?.at ?? '') - Date.parse(deadline_at);
        assert.ok(late >= 0 && late < LATENESS_MS, `${name} was noticed ${late} ms after its deadline`);
      }

      const second = monitor();
      await everyServiceIs(({ silent }) => !silent);
      await second.stop();

      const alerts = await collector.alerts();
      for (const service of names()) {
        const expected = EXPECTED.find(({ name }) => name === service)?.state;
        const change = expected === 'OK' ? [] : [`service:state/${expected}`];
        assert.deepEqual(
          alerts.filter((alert) => alert.service === service).map((alert) => alert.kind),
          [...change, 'plugin/offline', 'plugin/online'],
          service,
        );
      }
      const texts = alerts.map(originalText).sort();
      await eventually(() => assert.deepEqual(textsIn(scene.read('alerts.txt')), texts));
      for (const text of [
        '[service:state/ERR] State changed: "(?)" -> "ERR"',
        '[plugin/offline] Monitoring plugin offline',
        '[plugin/online] Monitoring plugin back online',
      ])
        assert.ok(
          texts.includes(
            `box tcp-closed: ${text}\nCurrent: ERR: connect to address 127.0.0.1 and port ${closedPort}: Connection refused\n`,
          ),
          text,
        );
    });
  });
}

/** In the order of their names, as the collector lists them. */
const EXPECTED = [
  { name: 'disk', state: 'OK', info: /^DISK OK - free space: \/ \d+MiB .*\| ?\/=\d+B;/ },
  { name: 'disk-err', state: 'ERR', info: /^DISK CRITICAL - free space: \/ \d+MiB/ },
  { name: 'disk-gone', state: 'ERR', info: /^DISK CRITICAL - \/no\/such is not accessible/ },
  { name: 'disk-warn', state: 'WARN', info: /^DISK WARNING - free space: \/ \d+MiB/ },
  { name: 'load', state: 'OK', info: /^LOAD OK - total load average: .*\|load1=/ },
  { name: 'missing', state: 'UNK', info: /^Cannot start \.\/no-such-plugin in \S+: no such program/ },
  { name: 'misused', state: 'UNK', info: /^Usage:\ncheck_tcp -H host -p port/ },
  { name: 'tcp', state: 'OK', info: /^TCP OK - .* response time on 127\.0\.0\.1 port \d+/ },
  { name: 'tcp-closed', state: 'ERR', info: /^connect to address 127\.0\.0\.1 .*: Connection refused$/ },
];

/** `max-lag` makes the plugins run well ahead of their promises, so that a busy machine keeps them too. */
function monitorFile({ url, port }: Collector, closedPort: number): string {
  const commands: Record<string, string> = {
    disk: `${PLUGINS}/check_disk -w 1 -c 1 -p /`,
    'disk-warn': `${PLUGINS}/check_disk -w 100% -p /`,
    'disk-err': `${PLUGINS}/check_disk -c 100% -p /`,
    'disk-gone': `${PLUGINS}/check_disk -w 10% -p /no/such`,
    load: `${PLUGINS}/check_load -w 10000,10000,10000 -c 20000,20000,20000`,
    missing: './no-such-plugin',
    misused: `${PLUGINS}/check_tcp --no-such`,
    tcp: `${PLUGINS}/check_tcp -H 127.0.0.1 -p ${port}`,
    'tcp-closed': `${PLUGINS}/check_tcp -H 127.0.0.1 -p ${closedPort}`,
  };
  const services = Object.entries(commands).map(
    ([name, command]) => `[service:${name}]\nperiod=3\ncommand=${command}\n`,
  );
  return `[overc]\nserver=${url}\nmy-name=box\nmy-key=1234\nmax-lag=1500ms\n\n${services.join('\n')}`;
}

/** The alerts in the command's file, in the order of their texts, since two may be written at a time. */
function textsIn(file: string): string[] {
  return file
    .split(/^(?=box [\w-]+: \[)/m)
    .filter((text) => text !== '')
    .sort();
}
