// Writes the references that come out of the programs: docs/settings.md from the options' own descriptions,
// docs/command-line.md from the help texts. With --check it only compares, and exits with 1 when they differ.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { ALERT_OPTIONS, OVERC_OPTIONS, PEER_OPTIONS, STATUS_OPTIONS } from 'overc-server';
import { checks, helpOf, listOf, MONITOR_OPTIONS, SERVICE_OPTIONS } from 'overcli';

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

### \`[service:<name>]\`

One section for each service.

${table(SERVICE_OPTIONS)}
`;

const commandLine = `# Command line

${MADE}

## overc-server

${help('packages/server/bin/overc-server.js')}

Exit codes: 0 stopped as told, 1 it could not start, 2 used or set up wrongly.

## overcli

${help('packages/overcli/bin/overcli.js')}

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

function help(program) {
  const text = execFileSync(process.execPath, [program, '--help'], {
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
