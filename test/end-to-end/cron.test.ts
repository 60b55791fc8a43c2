import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { type Collector, startCollector } from '../support/collector.ts';
import { CRON, inCronRoom } from '../support/cron-room.ts';
import { eventually } from '../support/eventually.ts';
import { ROOT } from '../support/program.ts';
import { Scene } from '../support/scene.ts';

/** What a line of a crontab says behind its times. */
const JOB = 'overcli run --service nightly -- /bin/sh -c \'echo "100\\% of it"\'';

describe('overcli and cron', () => {
  let scene: Scene;
  let collector: Collector;
  let variables: string;
  let settings: NodeJS.ProcessEnv;

  before(async () => {
    scene = new Scene();
    collector = await startCollector(scene, { database: 'sqlite://overc.db' });
    scene.write('monitor.ini', `[overc]\nserver=${collector.url}\nmy-name=web1\nmy-key=1234\n`);
    const path = `${ROOT}node_modules/.bin:${dirname(process.execPath)}:/usr/bin:/bin`;
    settings = { OVERCLI_CONFIG: scene.path('monitor.ini') };
    variables = `PATH=${path}\nMAILTO=""\nOVERCLI_CONFIG=${scene.path('monitor.ini')}\n`;
  });
  after(() => scene.end());

  it('has a job that cron runs tell the collector', async () => {
    scene.write('crontab', `${variables}* * * * * ${JOB}\n`);
    const cron = inCronRoom(scene, `crontab crontab; ${CRON}`);
    await eventually(async () => {
      const [service] = await collector.services('server=web1');
      assert.deepEqual([service?.name, service?.state], ['nightly', 'OK'], cron.err);
      assert.match(service?.info ?? '', /^Exit code 0 after .*\n100% of it$/);
    });
    assert.ok(cron.isRunning);
  });

  it('imports the crontab of a user when told to, and keeps the one before', async () => {
    const before = `# mine\n${variables}\n0 3 * * * date +\\%F > today\n@reboot true\n`;
    scene.write('crontab', before);
    const line =
      'crontab crontab; overcli import crontab --apply --yes; crontab -l > installed; crontab state/crontab-*; crontab -l > again';
    const { code, out, err } = await inCronRoom(scene, line, settings).outcome;
    assert.equal(code, 0, err);
    const config = scene.path('monitor.ini');
    const now = `overcli run --service date --period 1d --grace 2h -c ${config} -- /bin/sh -c 'date +\\%F > today'`;
    assert.equal(out, `-0 3 * * * date +\\%F > today\n+0 3 * * * ${now}\n`);
    assert.match(err, /^1 job wrapped: date\nleft line 7, @reboot true: @reboot names no next run that/);
    assert.match(err, /\nInstalled\. The one before is kept; it comes back with: crontab .*\/crontab-2.*\n$/);
    assert.equal(scene.read('installed'), before.replace('date +\\%F > today', now));
    assert.equal(scene.read('again'), before);
  });

  it('asks before it does so, and takes no answer for a no', async () => {
    scene.write('crontab', '@daily a;b\n');
    const ask = (input: string) => `${input} script -qec 'overcli import crontab --apply' /dev/null || true`;
    const line = `crontab crontab; ${ask('echo n |')}; ${ask("printf '\\004' |")}; crontab -l > kept; ${ask('echo y |')}; crontab -l`;
    const { out, err: said } = await inCronRoom(scene, line, settings).outcome;
    assert.equal(scene.read('kept'), '@daily a;b\n', out + said);
    assert.equal(out.match(/Install it\? \[y\/N\]/g)?.length, 3);
    assert.equal(out.match(/Nothing was changed\./g)?.length, 2);
    assert.match(out, /Installed\.[\s\S]*@daily .*overcli.* run --service .* -- \/bin\/sh -c 'a;b'\n$/);

    const alone = 'crontab crontab; overcli import crontab --apply < /dev/null';
    const { code, err } = await inCronRoom(scene, alone, settings).outcome;
    assert.deepEqual([code, /there is no terminal to ask on; add --yes/.test(err)], [2, true], err);
  });

  it('installs no jobs that would not run, as nothing says where to report', async () => {
    scene.write('crontab', '@daily a;b\n');
    const { code, err } = await inCronRoom(scene, 'crontab crontab; overcli import crontab --apply --yes')
      .outcome;
    assert.equal(code, 2);
    assert.match(
      err,
      /--apply: no file says where the jobs are to report; make .*monitor\.ini, or give -c FILE/,
    );
  });

  it('says what to do where there is no crontab', async () => {
    const { code, err } = await inCronRoom(scene, 'overcli import crontab').outcome;
    assert.deepEqual(
      [code, /no crontab for .*; or name a file: overcli import crontab FILE/.test(err)],
      [1, true],
      err,
    );
  });
});
