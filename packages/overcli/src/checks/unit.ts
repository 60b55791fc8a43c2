import { run } from '@overc/command';
import { type State, text } from '@overc/protocol';
import { CannotTell, defineCheck, type Finding } from './check.ts';
import { checkOrder, judge, measured, type Thresholds, thresholdOptions, worst } from './threshold.ts';

const PROPERTIES = [
  'Id',
  'LoadState',
  'ActiveState',
  'SubState',
  'Result',
  'Type',
  'NRestarts',
  'MemoryCurrent',
];
const ENDING = /\.(service|socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;
/** More than all of these for a few hundred units. */
const MOST_OUTPUT_BYTES = 1024 * 1024;

export const unit = defineCheck({
  summary: 'Do these units of systemd run?',
  notes: [
    'Active is OK, in between is WARN, failed or not started is ERR. A oneshot service, as timers start them, is OK as',
    'well when its last run succeeded. -w and -c judge how often systemd had to restart the unit by itself.',
  ].join('\n'),
  options: {
    unit: {
      read: unitName,
      value: 'UNIT',
      short: 'u',
      operand: true,
      many: true,
      required: true,
      help: 'The name; without an ending it is a service.',
      example: 'nginx.service',
    },
    user: { help: "Ask this user's systemd rather than the system's." },
    ...thresholdOptions({ about: 'the number of its restarts', warning: '0', critical: '5' }),
  },
  examples: ['unit nginx', 'unit postgresql.service backup.timer', 'unit -w 0 -c 5 app'],

  async run({ unit: names, user, ...thresholds }, { signal, timeoutMs }) {
    checkOrder(thresholds);
    const argv = [
      'systemctl',
      ...(user ? ['--user'] : []),
      'show',
      `--property=${PROPERTIES}`,
      '--',
      ...names,
    ];
    const bounds = { cwd: '/', timeoutMs, maxOutputBytes: MOST_OUTPUT_BYTES, signal };
    const { ending, stdout, stderr } = await run({ argv, ...bounds });
    if (ending.kind === 'not-started')
      throw new CannotTell('there is no systemctl here; does systemd run this machine?');
    if (ending.kind !== 'exit' || ending.code !== 0)
      throw new CannotTell(`systemctl does not tell: ${stderr.trim() || ending.kind}`);
    return judgeUnits(parseShow(stdout), thresholds);
  },
});

/** What `systemctl show` prints of each unit: `Name=value` lines, with an empty line between units. */
export function parseShow(output: string): Record<string, string>[] {
  return output
    .split(/\n{2,}/)
    .map((block) => block.split('\n').filter((line) => line.includes('=')))
    .filter((lines) => lines.length > 0)
    .map((lines) =>
      Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      ),
    );
}

export function judgeUnits(units: Record<string, string>[], thresholds: Thresholds): Finding {
  const judged = units.map((properties) => judgeUnit(properties, thresholds));
  return {
    state: worst(judged.map(({ state }) => state)),
    text: judged.map((one) => one.text).join('; '),
    perf: judged.flatMap(({ perf }) => perf),
  };
}

function judgeUnit(properties: Record<string, string>, thresholds: Thresholds): Finding {
  const {
    Id = '?',
    LoadState,
    ActiveState = '?',
    SubState = '?',
    Result = '',
    NRestarts,
    MemoryCurrent,
  } = properties;
  const isThere = LoadState !== 'not-found';
  const failure = Result === '' || Result === 'success' ? '' : `, ${Result}`;
  const restarts = NRestarts === undefined ? undefined : Number(NRestarts);
  const states = [stateOf(properties), restarts === undefined ? 'OK' : judge(restarts, thresholds)];
  // Without a value systemd writes [not set] or the largest number there is.
  const bytes = /^\d{1,15}$/.test(MemoryCurrent ?? '') ? Number(MemoryCurrent) : undefined;
  return {
    state: worst(states as State[]),
    text: isThere
      ? `${Id} is ${ActiveState} (${SubState}${failure})${restarts ? `, restarted ${restarts} times` : ''}`
      : `${Id}: there is no such unit`,
    perf: [
      ...(restarts === undefined
        ? []
        : [measured(`${Id} restarts`, restarts, 'c', { ...thresholds, min: 0 })]),
      ...(bytes === undefined ? [] : [measured(`${Id} memory`, bytes, 'B', { min: 0 })]),
    ],
  };
}

function stateOf({ LoadState, ActiveState, Type, Result }: Record<string, string>): State {
  if (LoadState === 'not-found') return 'ERR';
  if (ActiveState === 'active') return 'OK';
  if (['activating', 'reloading', 'deactivating', 'refreshing', 'maintenance'].includes(ActiveState ?? ''))
    return 'WARN';
  return ActiveState === 'inactive' && Type === 'oneshot' && Result === 'success' ? 'OK' : 'ERR';
}

function unitName(value: string): string {
  const name = text(value);
  return ENDING.test(name) ? name : `${name}.service`;
}
