/** The options of the command line. The help, the manual and the shell completions are made from it. */
export const OPTIONS = {
  server: { alias: 's', type: 'string', describe: "The collector's address, URL" },
  'server-id': { alias: 'i', type: 'string', describe: 'Who reports, and its key: NAME:KEY' },
  service: { alias: undefined, type: 'string', describe: 'For alert: the service that it is about' },
  table: {
    alias: undefined,
    type: 'boolean',
    describe: 'For monitor: show the services as a table, as on a terminal without -v',
  },
  'no-table': {
    alias: undefined,
    type: 'boolean',
    describe: 'For monitor: log lines on a terminal too',
  },
  verbose: { alias: 'v', type: 'count', describe: 'Say what is done; -vv says how' },
  help: { alias: 'h', type: 'boolean', describe: 'Show help' },
  version: { alias: undefined, type: 'boolean', describe: 'Show version number' },
} as const;

export const EXIT_CODES = 'Exit codes: 0 done, 1 the collector or network refused, 2 used wrongly.';

/** The command that goes before all others, since its options are its own. */
export const CHECK = {
  form: 'NAME [OPTIONS]',
  summary: 'Check something of this machine or another, as a plugin does; alone it lists the checks',
};
