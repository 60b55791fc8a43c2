import { joinWords } from '@overc/command';

/** One service of a file that is to be written. */
export interface Proposal {
  service: string;
  argv: string[];
  periodSeconds: number;
  timeoutSeconds?: number;
  /** What changes slowly needs no second look. */
  retries?: number;
  /** What it is for, in a line. */
  comment: string;
}

export interface Composition {
  server: string;
  name: string;
  /** Undefined when another option tells the key. */
  key: string | undefined;
  /** Further options of `[overc]`, as they are to stand. */
  more: [string, string][];
  proposals: Proposal[];
  /** Plugins of this machine that no service uses. */
  spare: { folder: string; names: string[] } | undefined;
}

/** What most services have, so that it stands once. */
const USUAL_PERIOD_SECONDS = 60;
const RETRIES = 2;
const MOST_WIDTH = 100;

/** The text of a monitor's file, with comments that explain it. */
export function composeMonitorFile({ server, name, key, more, proposals, spare }: Composition): string {
  const overc: [string, string][] = [
    ['server', server],
    ['my-name', name],
    ...(key === undefined ? [] : [['my-key', key] as [string, string]]),
    ...more,
  ];
  return [
    '# What overcli reports of this machine. Written by `overcli init`; change it as you like: a monitor that runs takes it',
    '# within seconds. `overcli test` shows what each service would report, `overcli doctor` what is wrong.',
    '',
    '# Whoever has the key can report as this server. It belongs to the name from the first report on.',
    '[overc]',
    ...overc.map(lineOf),
    '',
    '# What holds for every service that does not say it itself. A result that is no longer OK is checked again, twice at the',
    '# most, before anybody hears of it.',
    '[defaults]',
    ...[`period = ${USUAL_PERIOD_SECONDS}`, `retry = ${RETRIES}`, ''],
    "# A command's exit code is the state (0 OK, 1 WARN, 2 ERR, 3 UNK), its output the info. It runs without a shell.",
    '# `overcli check` lists the checks that come built in, `overcli check NAME --help` tells their options.',
    ...proposals.flatMap(sectionOf),
    ...(spare === undefined ? [] : spareLines(spare)),
    '',
  ].join('\n');
}

function lineOf([option, value]: [string, string]): string {
  return `${option} = ${value}`;
}

function sectionOf({ service, argv, periodSeconds, timeoutSeconds, retries, comment }: Proposal): string[] {
  return [
    '',
    `# ${comment}`,
    `[service:${service}]`,
    ...(periodSeconds === USUAL_PERIOD_SECONDS ? [] : [`period = ${periodSeconds}`]),
    ...(timeoutSeconds === undefined ? [] : [`timeout = ${timeoutSeconds}`]),
    ...(retries === undefined ? [] : [`retry = ${retries}`]),
    `command = ${joinWords(argv)}`,
  ];
}

function spareLines({ folder, names }: { folder: string; names: string[] }): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length < MOST_WIDTH) lines.push(`${lines.pop()} ${name}`);
    else lines.push(`#   ${name}`);
  }
  return ['', `# Further plugins are in ${folder}; each tells its options with --help:`, ...lines];
}
