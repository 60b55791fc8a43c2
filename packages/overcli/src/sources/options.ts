import { splitWords } from '@overc/command';
import {
  duration,
  httpUrl,
  MAX_PERIOD_SECONDS,
  nameText,
  type Option,
  oneOf,
  text,
  wholeNumber,
} from '@overc/protocol';
import { DIRECT } from '../report/proxy.ts';
import { parseSize } from '../size.ts';
import { readCron, readTimezone } from './cron.ts';
import { readUser, type User } from './user.ts';

const LONGEST_MS = MAX_PERIOD_SECONDS * 1000;
const SHORTEST_TIMEOUT_MS = 100;
const MOST_RETRIES = 100;
const MOST_AT_ONCE = 10_000;
/** The lowest priority that a process can have. Source: setpriority(2). */
const LOWEST_PRIORITY = 19;

/** One address, or several with spaces or commas between. */
function addresses(value: string): string[] {
  const words = value.split(/[\s,]+(?=https?:\/\/)|\s+/i).filter((word) => word !== '');
  if (words.length === 0) throw new Error('must be an address with http:// or https://');
  return words.map(httpUrl);
}

/** A spool that is smaller or forgets sooner than this would be of no use. */
const LEAST_SPOOL_BYTES = 1024 ** 2;
const LEAST_SPOOL_AGE_MS = 60_000;

/** A size of at least `leastBytes`. */
function size(leastBytes: number): (value: string) => number {
  return (value) => {
    const bytes = parseSize(value);
    if (bytes === undefined) throw new Error('must be a size: a number and k, M, G or T');
    if (bytes < leastBytes) throw new Error(`must be at least ${leastBytes / 1024 ** 2}M`);
    return bytes;
  };
}

/** What the section `[overc]` of a monitor's file may hold. */
export const MONITOR_OPTIONS = {
  server: {
    read: addresses,
    help: "The collector's address, with user and password in it if it wants them. Of several, with spaces between, the first that answers is taken, and the first of all again once it does.",
    example: 'http://mon.example.com:5000/',
    secret: true, // it may hold a password
  } as Option<string[]>,
  'my-name': { read: nameText, help: "This server's name.", example: 'a.example.com' } as Option<string>,
  'my-key': {
    read: nameText,
    help: "This server's key; any text, as long as it stays the same.",
    example: '1234',
    fallback: 'what `key-file` holds',
    secret: true,
  } as Option<string>,
  'key-file': {
    read: text,
    help: 'A file that holds the key, instead of `my-key`.',
    example: 'monitor.key',
    fallback: '`my-key` stands here',
  } as Option<string>,
  include: {
    read: text,
    help: 'Further files with `[service:<name>]` sections, in the order of their names; each may have `[defaults]` of its own. `*` and `?` may stand in the last part.',
    example: 'conf.d/*.ini',
    fallback: 'none',
  } as Option<string>,
  'max-parallel': {
    read: wholeNumber(1, MOST_AT_ONCE),
    help: 'How many plugins run at once. One that has waited for a tenth of its period runs all the same, as its promise goes first.',
    example: '8',
    fallback: 'twice the number of cores',
  } as Option<number>,
  'max-lag': {
    read: duration(0, LONGEST_MS),
    help: 'What to allow for running and sending, whatever the plugins take.',
    example: '2s',
    fallback:
      "3 × the plugin's last running time, with `cron` as long as timeout, retries and jitter may make it",
  } as Option<number>,
  bye: {
    read: oneOf('yes', 'no'),
    help: 'Whether services end on purpose when the monitor is stopped, and those whose section is gone when it reads its files anew: nobody is told then that they are offline.',
    example: 'yes',
    fallback: 'no',
  } as Option<'yes' | 'no'>,
  spool: {
    read: text,
    help: 'A folder, or `none`: there is kept what cannot be delivered, and sent with its own time when the collector is there again.',
    example: '/var/spool/overcli',
    fallback:
      '`spool` in the folder that systemd gives (`STATE_DIRECTORY`), in `/var/lib/overcli` for root, in `~/.local/state/overcli` for others',
  } as Option<string>,
  'spool-size': {
    read: size(LEAST_SPOOL_BYTES),
    help: 'How much is kept there of this server. When it is full the oldest `OK` reports go first, and the collector is told how many went.',
    example: '500M',
    fallback: '64M',
  } as Option<number>,
  'spool-age': {
    read: duration(LEAST_SPOOL_AGE_MS),
    help: 'For how long it is kept.',
    example: '2d',
    fallback: '7d',
  } as Option<number>,
  proxy: {
    read: (value: string) => (value === DIRECT ? value : httpUrl(value)),
    help: 'The HTTP proxy on the way to the collector, or `none`.',
    example: 'http://proxy.example.com:3128/',
    fallback: 'what `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` in the environment say',
    secret: true,
  } as Option<string>,
  'ca-file': {
    read: text,
    help: 'Certificates (PEM) of authorities that may vouch for the collector, beside the known ones.',
    example: 'ca.pem',
    fallback: 'none',
  } as Option<string>,
};

/** What a section `[service:<name>]` may hold, and `[defaults]` for all of them. */
export const SERVICE_OPTIONS = {
  period: {
    read: wholeNumber(1, MAX_PERIOD_SECONDS),
    help: 'Seconds within which each report promises the next.',
    example: '60',
    fallback: '`cron` stands here',
  } as Option<number>,
  cron: {
    read: readCron,
    help: 'When to run, instead of `period`: minute, hour, day, month, weekday. It runs also when the monitor starts, and each report promises the next.',
    example: '30 2 * * 1-5',
    fallback: '`period` stands here',
  } as Option<string>,
  timezone: {
    read: readTimezone,
    help: 'The zone whose clocks `cron` means.',
    example: 'Europe/Berlin',
    fallback: "the machine's",
  } as Option<string>,
  command: {
    read: splitWords,
    help: "The plugin and its arguments, run without a shell in the file's folder. Its exit code is the state, its output the info. As the first word `overcli` is this program itself, wherever it lies: `overcli check disk`.",
    example: './plugin.d/disk.sh "/var"',
  } as Option<string[]>,
  timeout: {
    read: duration(SHORTEST_TIMEOUT_MS, LONGEST_MS),
    help: 'How long the plugin may run before it and all its children are killed.',
    example: '10s',
    fallback: 'the period, with `cron` a minute',
  } as Option<number>,
  retry: {
    read: wholeNumber(0, MOST_RETRIES),
    help: 'How many times a result that is no longer OK is checked again before it is reported, as far as the promise leaves time. One that is OK ends it.',
    example: '3',
    fallback: '0',
  } as Option<number>,
  'retry-pause': {
    read: duration(0, LONGEST_MS),
    help: 'The pause before it is checked again.',
    example: '5s',
    fallback: '10s, or a tenth of the period if that is less',
  } as Option<number>,
  jitter: {
    read: duration(0, LONGEST_MS),
    help: 'Up to how much each run is moved by chance: later with `cron`, earlier with `period`, whose promise it keeps.',
    example: '30s',
    fallback: '0',
  } as Option<number>,
  grace: {
    read: duration(0, LONGEST_MS),
    help: 'How much longer than promised the collector waits before it raises an alert.',
    example: '5m',
    fallback: '0',
  } as Option<number>,
  title: {
    read: nameText,
    help: "What the collector's pages call the service.",
    example: 'Disk of the shop',
    fallback: 'its name',
  } as Option<string>,
  user: {
    read: readUser,
    help: 'Whom the plugin runs as, with its main group alone; only for a monitor that runs as root.',
    example: 'nobody',
    fallback: "the monitor's",
  } as Option<User>,
  nice: {
    read: wholeNumber(0, LOWEST_PRIORITY),
    help: "How far the plugin's priority is lowered, so that checks do not slow what they check.",
    example: '0',
    fallback: '5',
  } as Option<number>,
  'env.<NAME>': {
    read: (value: string) => value,
    help: 'A variable in the environment of the plugin.',
    example: 'env.LC_ALL = C',
    fallback: 'as the monitor has it',
  } as Option<string>,
};
