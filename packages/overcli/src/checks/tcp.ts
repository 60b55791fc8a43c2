import type { Socket } from 'node:net';
import { choosePort, hostPort, portNumber, showAddress } from './address.ts';
import { defineCheck } from './check.ts';
import { openSocket } from './socket.ts';
import { formatSeconds, startStopwatch } from './stopwatch.ts';
import { checkOrder, judge, measured, readSeconds, thresholdOptions } from './threshold.ts';
import { networkTrouble } from './trouble.ts';

/** How much of an answer is looked at. */
const MOST_ANSWER_BYTES = 64 * 1024;

export const tcp = defineCheck({
  summary: 'Does a server take connections at a port, how soon, and does it answer as it should?',
  whenLate: 'ERR',
  options: {
    host: {
      read: hostPort,
      value: 'HOST[:PORT]',
      short: 'H',
      operand: true,
      required: true,
      help: 'Name or address.',
      example: 'db.example.com:5432',
    },
    port: { read: portNumber, value: 'PORT', short: 'p', help: 'Its port.', example: '5432' },
    send: {
      read: unescapeText,
      value: 'TEXT',
      short: 's',
      help: 'A text to send once connected; \\r, \\n, \\t and \\\\ are read.',
      example: 'PING\\r\\n',
    },
    expect: {
      read: unescapeText,
      value: 'TEXT',
      short: 'e',
      many: true,
      help: 'A text that must come back; otherwise it is ERR.',
      example: 'PONG',
    },
    ssl: { short: 'S', help: 'Speak TLS.' },
    insecure: { help: 'Take any certificate.' },
    ...thresholdOptions({
      about: 'the time in seconds',
      read: readSeconds,
      warning: '0.5',
      critical: '2',
    }),
  },
  examples: ['tcp db.example.com:5432', "tcp -H cache -p 6379 -s 'PING\\r\\n' -e PONG -w 0.1 -c 1"],

  async run(
    { host: address, port: givenPort, send, expect, ssl, insecure, ...given },
    { signal, timeoutMs },
  ) {
    const thresholds = { warning: given.warning, critical: given.critical };
    checkOrder(thresholds);
    const { host } = address;
    const port = choosePort(address, givenPort);
    const where = showAddress(host, port);
    const seconds = startStopwatch();
    let socket: Socket | undefined;
    try {
      socket = await openSocket({ host, port, tls: ssl, insecure }, signal);
      if (send !== undefined) socket.write(send);
      const missing = expect.length > 0 ? await readUntil(socket, expect) : undefined;
      const took = seconds();
      return {
        state: missing === undefined ? judge(took, thresholds) : 'ERR',
        text: missing ? `${where} ${missing}` : `${where} answered in ${formatSeconds(took)}`,
        perf: [measured('time', took, 's', { ...thresholds, min: 0, max: timeoutMs / 1000 })],
      };
    } catch (error) {
      return { state: 'ERR', text: `${where}: ${networkTrouble(error)}`, perf: [] };
    } finally {
      socket?.destroy();
    }
  },
});

/** Reads until all texts were there, or the server ends; answers what is missing then. */
async function readUntil(socket: Socket, texts: string[]): Promise<string | undefined> {
  let answer = '';
  const absent = () => texts.find((text) => !answer.includes(text));
  for await (const chunk of socket.setEncoding('utf8')) {
    answer += chunk as string;
    if (absent() === undefined) return undefined;
    if (answer.length > MOST_ANSWER_BYTES) break;
  }
  const begin = answer === '' ? 'nothing' : JSON.stringify(answer.slice(0, 80));
  return `did not answer ${JSON.stringify(absent())}, but ${begin}`;
}

const ESCAPES: Record<string, string> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };

function unescapeText(text: string): string {
  return text.replace(/\\([rnt\\])/g, (_, letter: string) => ESCAPES[letter] as string);
}
