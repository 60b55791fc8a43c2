import { connect } from 'node:net';
import { wholeNumber } from '@overc/protocol';
import { hostPort, portNumber, showAddress } from './address.ts';
import { defineCheck } from './check.ts';
import { startStopwatch } from './stopwatch.ts';
import { checkOrder, judge, measured, range, readSeconds, worst } from './threshold.ts';
import { networkTrouble } from './trouble.ts';

/** Round trip in milliseconds and loss in percent, each the most that is good. */
export interface PingLimit {
  milliseconds: number;
  lossPercent: number;
}

const DEFAULT = {
  warning: { milliseconds: 200, lossPercent: 40 },
  critical: { milliseconds: 500, lossPercent: 80 },
};

/** Where most hosts answer, were it with a refusal. */
const USUAL_PORT = 443;

export const ping = defineCheck({
  summary:
    'Does a host answer, how soon, and how often does it not? It opens TCP connections, which needs no rights.',
  notes: [
    'A refused connection is an answer as well: the host is there. What a firewall drops is lost. Unless -w or -c is given,',
    'WARN is above 200 ms or 40%, and ERR above 500 ms or 80%.',
  ].join('\n'),
  whenLate: 'ERR',
  options: {
    host: {
      read: hostPort,
      value: 'HOST[:PORT]',
      short: 'H',
      operand: true,
      required: true,
      help: 'Name or address.',
      example: 'gateway.example.com',
    },
    port: {
      read: portNumber,
      value: 'PORT',
      short: 'p',
      help: `The port to knock at; unless set: ${USUAL_PORT}.`,
      example: '22',
    },
    packets: {
      read: wholeNumber(1, 100),
      value: 'NUMBER',
      short: 'n',
      help: 'How many connections to open, one after the other.',
      example: '10',
      fallback: '5',
    },
    wait: {
      read: seconds,
      value: 'DURATION',
      help: 'When one of them counts as lost.',
      example: '500ms',
      fallback: '1s',
    },
    warning: {
      read: pingLimit,
      value: 'TIME,LOSS%',
      short: 'w',
      help: 'WARN when the mean takes longer (in ms), or more is lost.',
      example: '100,20%',
    },
    critical: {
      read: pingLimit,
      value: 'TIME,LOSS%',
      short: 'c',
      help: 'ERR when the mean takes longer, or more is lost.',
      example: '500,60%',
    },
  },
  examples: ['ping gateway.example.com', 'ping -H db -p 5432 -n 10 -w 5,10% -c 50,50%'],

  async run({ host: { host, port: namedPort }, port: givenPort, packets, wait, ...given }, { signal }) {
    const port = givenPort ?? namedPort ?? USUAL_PORT;
    const { warning, critical } = given.warning || given.critical ? given : DEFAULT;
    const time = { warning: most(warning?.milliseconds), critical: most(critical?.milliseconds) };
    const loss = { warning: most(warning?.lossPercent), critical: most(critical?.lossPercent) };
    checkOrder(time);
    checkOrder(loss);
    const answers: number[] = [];
    let trouble = '';
    for (let left = packets; left > 0 && !signal.aborted; left--) {
      const answer = await knock(host, port, wait);
      if (typeof answer === 'number') answers.push(answer);
      else trouble = `: ${answer}`;
    }
    const lossPercent = Math.round(((packets - answers.length) / packets) * 100);
    const mean = answers.length === 0 ? undefined : answers.reduce((a, b) => a + b) / answers.length;
    const ms = mean === undefined ? undefined : Math.round(mean * 1e6) / 1e3;
    const where = showAddress(host, port);
    return {
      state: worst([judge(lossPercent, loss), ms === undefined ? 'ERR' : judge(ms, time)]),
      text: `${where}: ${lossPercent}% lost${ms === undefined ? '' : `, mean time ${ms} ms`}${trouble}`,
      perf: [
        ...(ms === undefined ? [] : [measured('rta', ms, 'ms', { ...time, min: 0 })]),
        measured('pl', lossPercent, '%', { ...loss, min: 0, max: 100 }),
      ],
    };
  },
});

/** Opens one connection: the seconds until it was taken or refused, or why there was no answer. */
function knock(host: string, port: number, waitSeconds: number): Promise<number | string> {
  const elapsed = startStopwatch();
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: number | string) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(waitSeconds * 1000, () => end('no answer in time'));
    socket.once('connect', () => end(elapsed()));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ECONNREFUSED' ? elapsed() : networkTrouble(error)),
    );
  });
}

function most(limit: number | undefined) {
  return limit === undefined ? undefined : range()(`${limit}`);
}

function seconds(text: string): number {
  const value = readSeconds(text);
  if (!value) throw new Error('must be a duration above 0');
  return value;
}

function pingLimit(text: string): PingLimit {
  const [, time = '', loss = ''] = /^(\d+(?:\.\d+)?)(?: ?ms)?,(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (time === '') throw new Error('must be milliseconds and a percentage');
  return { milliseconds: Number(time), lossPercent: Number(loss) };
}
