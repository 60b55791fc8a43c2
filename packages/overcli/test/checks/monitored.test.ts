import assert from 'node:assert/strict';
import { splitOutput } from '@overc/protocol';
import { Collector } from '../collector.ts';
import { Program } from '../program.ts';
import { until } from '../until.ts';
import { Workshop } from '../workshop.ts';

describe('a check in a monitor’s file', () => {
  const workshop = new Workshop();
  let collector: Collector;
  before(async () => {
    collector = await new Collector().start();
  });
  after(async () => {
    await collector.close();
    workshop.remove();
  });

  it('is run by the program that reads the file, wherever it lies, in the folder of the file', async () => {
    workshop.write('backup.gz', 'x');
    workshop.script('overcli', 'echo "another program of that name"');
    const services = {
      load: 'overcli check load -c 100000',
      backup: 'overcli check file -C 2: backup.gz',
      misused: 'overcli check disk --no-such',
      other: './overcli check load',
    };
    const sections = Object.entries(services).map(
      ([name, command]) => `[service:${name}]\nperiod=60\ncommand=${command}\n`,
    );
    const file = workshop.write(
      'monitor.ini',
      `[overc]\nserver=${collector.url}\nmy-name=a\nmy-key=b\n${sections.join('\n')}`,
    );
    const monitor = new Program(['monitor', file]);
    const states = await until('all have reported', () => collector.states.length >= 4 && collector.states);
    monitor.kill('SIGTERM');
    await monitor.outcome;
    assert.deepEqual(states.toSorted(), ['backup ERR', 'load OK', 'misused UNK', 'other OK']);

    const reports = collector.received.flatMap(({ body }) => body.services ?? []);
    const infoOf = (service: string): string => reports.find(({ name }) => name === service)?.info;
    const { text, perf } = splitOutput(infoOf('load'));
    assert.match(text, /^LOAD OK - [\d.]+, [\d.]+, [\d.]+ over/);
    assert.deepEqual(
      perf.map(({ label }) => label),
      ['load1', 'load5', 'load15'],
    );
    assert.match(infoOf('backup'), /^FILE ERR - backup\.gz was changed \d+ seconds ago, 1 B\|age=/);
    assert.match(infoOf('misused'), /^DISK UNK - Unknown option '--no-such'/);
    assert.equal(infoOf('other'), 'another program of that name');
  });
});
