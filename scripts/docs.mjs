// Writes the references that come out of the programs: docs/settings.md from the options' own descriptions,
// docs/command-line.md from the help texts. With --check it only compares, and exits with 1 when they differ.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { ALERT_OPTIONS, OVERC_OPTIONS, PEER_OPTIONS, STATUS_OPTIONS } from 'overc-server';
import { checks, commands, helpOf, listOf, MONITOR_OPTIONS, SERVICE_OPTIONS } from 'overcli';

process.chdir(new URL('..', import.meta.url).pathname);

const MADE = '<!-- Made by `npm run docs`; edit the programs, not this page. -->';

const settings = `# Settings

${MADE}

Both programs read INI files: \`[section]\`, \`option = value\`, and lines that start with \`#\` or \`;\` are comments.
A value is taken as it stands, so it may hold \`=\`, \`;\`, \`#\`, \`%\` and quotes; a line that is indented deeper
continues the one above. An unknown section or option, or a bad value, stops the start with one line that names it.

Durations are a number and \`s\`, \`m\`, \`h\`, \`d\`, \`w\` or \`y\`; a bare number is seconds.

## The collector

\`overc-server --config server.ini\`. Every \`[overc]\` option can also come from the environment, as \`OVERC_\` and the
option in capitals with dashes as underscores (\`OVERC_KEEP_REPORTS\`); a flag wins over the environment, and that
over the file.

### \`[overc]\`

${table(OVERC_OPTIONS)}

### \`[alert:<name>]\`

One section for each channel. Each is told every alert. The command finds in its environment \`OVERC_DELIVERY_ID\`
(the same when a delivery is repeated), \`OVERC_KIND\`, \`OVERC_SERVER\`, \`OVERC_SERVICE\`, \`OVERC_AT\` (when the alert was
raised, ISO 8601 in UTC), \`OVERC_OVER_SINCE\` (when what it tells of was over, empty when it is not) and \`OVERC_URL\` (the
page about it). The text of one that is over ends with a line that begins with \`Late:\`.

${table(ALERT_OPTIONS)}

When three attempts in a row fail on a channel, or one is given up, the other channels are told once that this one fails, and
once when it works again.

### \`[peer:<name>]\`

One section for each other collector that watches this one. It is told every 10 seconds, as the service \`collector\` of
a server with this collector's \`name\`, how this one fares, and raises an alert after 30 seconds without a word. Two
collectors can watch each other.

${table(PEER_OPTIONS)}

### \`[status:<slug>]\`

One section for each page for the public, at \`/status/<slug>\`: small letters, digits and dashes. It shows of some
services how they are, their uptime over 90 days and what went wrong in the last 14, and nothing else: no infos, and no
names but those given here. \`/badge/<slug>.svg\` is a picture of the whole, with the uptime of all of them together, and
\`/badge/<slug>/1.svg\` of the first one.

${table(STATUS_OPTIONS)}

The first slash parts server and service, so that a service may be called after a path (\`web1/disk /var\`) and a server
with a slash in its name cannot be shown; neither can names with a comma, and the first \` as \` begins the public name. A
service that has not reported yet shows as not observed. A longer list goes on in the next line, indented.

## The monitor

\`overcli monitor monitor.ini\`

### \`[overc]\`

${table(MONITOR_OPTIONS)}

### \`[service:<name>]\` and \`[defaults]\`

One section for each service. What \`[defaults]\` says holds for every service that does not say it itself; a \`period\` there
gives way to a \`cron\` in a service's own section, and the other way round.

${table(SERVICE_OPTIONS)}

**Promises.** With \`period\`, each report promises the next within it, and the plugin is started early enough: after
0.8 × period − 3 × its last running time, and as much earlier as \`retry\` and \`jitter\` may need. With \`cron\`, the report
promises the next of the times, plus what that run may take at the most: its timeout for itself and every retry, the pauses,
the jitter, and 15 seconds for the way. So a run that is only slow raises no alert; one that does not come is told that much
later. A shorter \`timeout\` makes it sooner. Zones with summer time are taken as they are: a day may have 23 or 25 hours. A
time farther away than 300 days is not waited for.

**Checking again.** A service that was OK, or is new, and now is not, is checked up to \`retry\` times more, \`retry-pause\`
apart, before anybody hears of it. If one of these checks is OK, nothing happened. Otherwise the last one counts. A service
that is not OK already is reported at once, whatever it says.

**Beginning.** When the monitor starts, the plugins run one after the other, 50 ms apart; when there are so many that this
would take longer than their period, closer together. From the second time on, runs with a \`period\` begin together, on
every other second, or on a beat of at most a thirtieth of the period: a start right after another one costs half as much. A
run whose promise leaves no time for that does not wait.

**New settings.** When one of its files changes, and on SIGHUP, the monitor reads them all anew. Services that are as they were
keep their times; the others run soon. When something is wrong, it goes on as before, and the collector raises an alert that
names file, section and option.

**What a plugin leaves running** is killed at its end, and on Linux within seconds also what it started in a session of its
own: it is known by the variable \`OVERC_RUN\`. A child that has to live on is started by the service manager
(\`systemd-run\`), which does not pass on the plugin's environment.
`;

const commandLine = `# Command line

${MADE}

## overc-server

${help('packages/server/bin/overc-server.js')}

Exit codes: 0 stopped as told, 1 it could not start, 2 used or set up wrongly.

## overcli

${help('packages/overcli/bin/overcli.js')}

${Object.keys(commands)
  .map((name) => `### ${name}\n\n${help('packages/overcli/bin/overcli.js', name)}`)
  .join('\n\n')}

## overcli check

${fenced(listOf(checks))}

A plugin's command that begins with \`overcli\` is the running program itself, so a check stands in a monitor's settings
file as it does on the command line:

\`\`\`ini
[service:disk]
period=60
command=overcli check disk -w 80% -c 90% /
\`\`\`

${Object.entries(checks)
  .map(([name, check]) => `### ${name}\n\n${fenced(helpOf(name, check))}`)
  .join('\n\n')}
`;

write('docs/settings.md', settings);
write('docs/command-line.md', commandLine);

function table(options) {
  const rows = Object.entries(options).map(
    ([name, { help, example, fallback }]) =>
      `| \`${name}\` | ${help} | \`${example}\` | ${fallback ?? 'required'} |`,
  );
  return ['| option | meaning | example | unless set |', '|---|---|---|---|', ...rows].join('\n');
}

function help(program, ...command) {
  const text = execFileSync(process.execPath, [program, ...command, '--help'], {
    encoding: 'utf8',
    env: { ...process.env, COLUMNS: '100' },
  });
  return fenced(text);
}

function fenced(text) {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}

function write(file, text) {
  if (!process.argv.includes('--check')) return writeFileSync(file, text);
  let stored = '';
  try {
    stored = readFileSync(file, 'utf8');
  } catch {}
  if (stored === text) return;
  console.error(`${file} is out of date; run: npm run docs`);
  process.exitCode = 1;
}
