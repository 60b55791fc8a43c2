/** One option of the command line; `value` is what stands for its value in a form. */
interface OptionText {
  alias?: string;
  type: 'string' | 'boolean' | 'count';
  value?: string;
  describe: string;
}

/**
 * All options of the command line: each name means the same wherever a command takes it. The help, the manual and the shell
 * completions are made from it.
 */
export const OPTIONS = {
  server: { alias: 's', type: 'string', value: 'URL', describe: "The collector's address" },
  'server-id': { alias: 'i', type: 'string', value: 'NAME:KEY', describe: 'Who reports, and its key' },
  config: {
    alias: 'c',
    type: 'string',
    value: 'FILE',
    describe:
      "A monitor's file that says where to report and as whom, when -s and -i do not; otherwise the one in OVERCLI_CONFIG, and then /etc/overc/monitor.ini",
  },
  service: { type: 'string', value: 'NAME', describe: 'The service that it is about' },
  title: { type: 'string', value: 'TEXT', describe: 'What people are shown in place of its name' },
  period: {
    type: 'string',
    value: 'DURATION',
    describe: 'How soon it reports again, such as 1h or 1d; 1d unless given',
  },
  grace: {
    type: 'string',
    value: 'DURATION',
    describe: 'How much later than that it may come before there is an alert; 1h unless given',
  },
  timeout: {
    type: 'string',
    value: 'DURATION',
    describe: 'End it then: with SIGTERM, and 10 seconds later with SIGKILL, all that it started too',
  },
  min: { type: 'string', value: 'DURATION', describe: 'WARN when it ends sooner' },
  max: { type: 'string', value: 'DURATION', describe: 'WARN when it lasts longer, while it still runs' },
  quiet: { type: 'boolean', describe: 'Report nothing of its output, and have it go straight where it goes' },
  keep: {
    type: 'boolean',
    describe:
      'Keep on the disk what cannot be delivered now, which counts as done; it goes out with what this server next sends with --keep, or by its monitor',
  },
  of: { type: 'string', value: 'SERVER', describe: 'Only what is about this server' },
  state: { type: 'string', value: 'STATE', describe: 'Only services in this state: OK, WARN, ERR or UNK' },
  silent: { type: 'boolean', describe: 'Only services that are silent' },
  paused: { type: 'boolean', describe: 'Only services that are paused' },
  kind: { type: 'string', value: 'KIND', describe: 'Only alerts of this kind, such as plugin/offline' },
  severity: {
    type: 'string',
    value: 'SEVERITY',
    describe: 'Only alerts that are this bad: info, warning or critical',
  },
  since: {
    type: 'string',
    value: 'TIME',
    describe:
      'Only what was not longer ago, such as 2h, or since a time, such as 2026-01-31 or 2026-01-31T12:00',
  },
  limit: { type: 'string', value: 'COUNT', describe: 'At most so many' },
  json: { type: 'boolean', describe: 'Print JSON instead of a table' },
  system: { type: 'boolean', describe: "The crontab is the system's: its lines say whose job they are" },
  apply: { type: 'boolean', describe: "Install it as this user's crontab, after showing what changes" },
  table: { type: 'boolean', describe: 'Show the services as a table, as on a terminal without -v' },
  'no-table': { type: 'boolean', describe: 'Log lines on a terminal too' },
  yes: { alias: 'y', type: 'boolean', describe: 'Ask nothing: what is proposed is what is done' },
  force: { type: 'boolean', describe: 'Replace a file that is there' },
  verbose: { alias: 'v', type: 'count', describe: 'Say what is done; -vv says how' },
  help: { alias: 'h', type: 'boolean', describe: 'Show help, behind a command its own' },
  version: { type: 'boolean', describe: 'Show version number' },
} as const satisfies Record<string, OptionText>;

export type OptionName = keyof typeof OPTIONS;

/** What every command takes. */
export const COMMON: OptionName[] = ['server', 'server-id', 'verbose', 'help', 'version'];

/** The values of options as they were written. */
export type OptionValues = {
  [Name in OptionName]?: (typeof OPTIONS)[Name]['type'] extends 'string' ? string : boolean;
};

/** An option as the form of a command shows it, such as `[--service NAME]`. */
export function formOf(name: OptionName): string {
  const { value }: OptionText = OPTIONS[name];
  return `[--${name}${value === undefined ? '' : ` ${value}`}]`;
}

export const EXIT_CODES = 'Exit codes: 0 done, 1 the collector or network refused, 2 used wrongly.';

/** The command that goes before all others, since its options are its own. */
export const CHECK = {
  form: 'NAME [OPTIONS]',
  summary: 'Check something of this machine or another, as a plugin does; alone it lists the checks',
};
