import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { overcliHere } from './program.ts';
import { until } from './until.ts';
import { Workshop } from './workshop.ts';

/** Asks the function that bash would ask, with the words into which bash parts the line. */
const ASK = `source ./completion; COMP_LINE=$1 COMP_POINT=\${#1}; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _overcli; printf '%s\\n' "\${COMPREPLY[@]}"`;

describe('completion', () => {
  const workshop = new Workshop();
  before(async () => {
    workshop.write('completion', (await overcliHere('completion', 'bash')).out);
    workshop.write('monitor of mine.ini', '');
    workshop.write('crontab.txt', '');
  });
  after(() => workshop.remove());

  /** The same folder and no overcli: only what the script holds. */
  function completed(line: string): string[] {
    const words = line.split(/ +|(?=[=:])|(?<=[=:])/);
    const options = { cwd: workshop.folder, encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } } as const;
    return execFileSync('bash', ['--norc', '-c', ASK, 'bash', line, ...words], options)
      .split('\n')
      .filter(Boolean);
  }

  const COMMON = ['--server', '--server-id', '--verbose', '--help', '--version'];
  const LINES: [string, string[]][] = [
    ['overcli serv', ['service-status', 'services']],
    ['overcli -s http://a:5000/ -i a:b al', ['alert', 'alerts']],
    ['overcli --server=http://a/ -v mon', ['monitor']],
    ['overcli --serv', ['--server', '--server-id', '--service']],
    ['overcli -s http://a/ ping --', ['--config', ...COMMON]],
    ['overcli alert --s', ['--service', '--server', '--server-id']],
    ['overcli services --st', ['--state']],
    ['overcli services --state ', ['OK', 'WARN', 'ERR', 'UNK']],
    ['overcli services --state=E', ['ERR']],
    ['overcli alerts --severity c', ['critical']],
    ['overcli alerts --kind ', []],
    ['overcli service-status 60 disk W', ['WARN']],
    ['overcli service-status ', []],
    ['overcli ping ', []],
    ['overcli ping -c mon', ['monitor of mine.ini']],
    ['overcli ping --config=mon', ['monitor of mine.ini']],
    ['overcli monitor m', ['monitor of mine.ini']],
    ['overcli monitor x m', []],
    ['overcli import ', ['crontab']],
    ['overcli import crontab cr', ['crontab.txt']],
    ['overcli completion ', ['bash', 'zsh']],
    ['overcli check lo', ['load', 'log']],
    ['overcli check load --p', ['--percpu']],
    ['overcli check load cr', []],
    ['overcli check file -c 90 cr', ['crontab.txt']],
    ['overcli alert -- --m', []],
  ];
  for (const [line, words] of LINES)
    it(`knows how “${line}” goes on`, () => assert.deepEqual(completed(line), words));

  it('works as somebody types in bash', async () => {
    const env = { ...process.env, INPUTRC: '/dev/null', PS1: '$ ', TERM: 'dumb' };
    const bash = spawn('script', ['-qec', 'bash --norc --noprofile -i', '/dev/null'], {
      cwd: workshop.folder,
      env,
    });
    let shown = '';
    bash.stdout.on('data', (chunk) => {
      shown += chunk;
    });
    bash.stdin.write("source ./completion; echo rea''dy\n");
    await until('it is ready', () => /^ready/m.test(shown));
    // Ctrl-A goes back to the beginning of the line.
    bash.stdin.write('overcli -s http://a:1/ monit\tmoni\t\x01echo \n');
    await until('the line', () => /^overcli -s http:\/\/a:1\/ monitor monitor of mine\.ini/m.test(shown));
    bash.stdin.write('exit\n');
    await new Promise((resolve) => bash.once('close', resolve));
  });

  it('is not made for other shells', async () => {
    const { code, err } = await overcliHere('completion', 'fish');
    assert.deepEqual([code, /SHELL: "fish" must be one of bash, zsh/.test(err)], [2, true]);
  });
});
