import { parseArgs } from 'node:util';

export const USAGE = `npm run bench -- [names…] [options]

  --seconds N            length of each load, instead of the measurement's own
  --services N           registered services (1000000 unless given; rounded up to 100 a server)
  --period N             seconds that each of the million promises (60 unless given)
  --database KIND        sqlite or mariadb only, instead of the measurement's own choice
  --rounds N             how often the yardstick and the collector take turns; the median counts (7 unless given)
  --forget               register the services anew instead of copying an earlier run's database
  --write                write bench/RESULTS.md`;

/** What the command line asks for. Throws an Error with one line when it makes no sense. */
export function readOptions(argv, known) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      services: { type: 'string', default: '1000000' },
      period: { type: 'string' },
      database: { type: 'string' },
      rounds: { type: 'string', default: '7' },
      forget: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const strange = positionals.find((name) => !known.includes(name));
  if (strange) throw new Error(`No measurement is called ${strange}; there are ${known.join(', ')}.`);
  if (values.database && !['sqlite', 'mariadb'].includes(values.database))
    throw new Error('--database is sqlite or mariadb.');
  return {
    names: positionals.length > 0 ? positionals : known,
    seconds: values.seconds === undefined ? undefined : positive('seconds', values.seconds),
    services: positive('services', values.services),
    period: values.period === undefined ? undefined : positive('period', values.period),
    database: values.database,
    rounds: positive('rounds', values.rounds),
    forget: values.forget,
    write: values.write,
    help: values.help,
  };
}

function positive(name, text) {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${name} must be a whole number above 0.`);
  return Number(text);
}
