import { promises } from 'node:dns';
import { isIP } from 'node:net';
import { oneOf, text } from '@overc/protocol';
import { UsageError } from '../errors.ts';
import { type HostPort, hostPort, showAddress } from './address.ts';
import { CannotTell, defineCheck } from './check.ts';
import { formatSeconds, startStopwatch } from './stopwatch.ts';
import { checkOrder, judge, measured, readSeconds, thresholdOptions } from './threshold.ts';

const TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT', 'CAA'] as const;
const DNS_PORT = 53;

type RecordType = (typeof TYPES)[number];
const recordType = (value: string) => oneOf<RecordType>(...TYPES)(value.toUpperCase());

export const dns = defineCheck({
  summary: 'Does a name server answer, how soon, and what it should?',
  notes:
    'Unless --server is given, those of this machine are asked. An address as NAME is looked up backwards.',
  whenLate: 'ERR',
  options: {
    name: {
      read: text,
      value: 'NAME',
      short: 'H',
      operand: true,
      required: true,
      help: 'The name to look up.',
      example: 'www.example.com',
    },
    server: {
      read: hostPort,
      value: 'ADDRESS[:PORT]',
      short: 's',
      many: true,
      help: 'The server to ask.',
      example: '9.9.9.9',
    },
    querytype: {
      read: recordType,
      value: 'TYPE',
      short: 'q',
      help: `The kind of record: ${TYPES.join(', ')}; unless set: A.`,
      example: 'MX',
    },
    'expected-address': {
      read: text,
      value: 'ANSWER',
      short: 'a',
      many: true,
      help: 'What must be the answer, all of it: an address, or the record as this check prints it.',
      example: '192.0.2.7',
    },
    'expect-nxdomain': { short: 'n', help: 'OK when there is no such name, ERR when there is.' },
    ...thresholdOptions({ about: 'the time in seconds', read: readSeconds, warning: '0.1', critical: '1' }),
  },
  examples: [
    'dns www.example.com',
    'dns -H example.com -q MX -s 9.9.9.9 -w 0.1 -c 1',
    'dns -a 192.0.2.7 www.example.com',
  ],

  async run({ name, server, querytype, ...rest }, { signal, timeoutMs }) {
    const thresholds = { warning: rest.warning, critical: rest.critical };
    checkOrder(thresholds);
    const type = querytype ?? (isIP(name) ? 'PTR' : 'A');
    const resolver = new promises.Resolver({ timeout: Math.ceil(timeoutMs / 2), tries: 2 });
    if (server.length > 0) resolver.setServers(server.map(serverAddress));
    signal.addEventListener('abort', () => resolver.cancel());
    const seconds = startStopwatch();
    const answer = await look(resolver, name, type);
    const took = seconds();
    const expected = { answers: rest['expected-address'], noName: rest['expect-nxdomain'] };
    const wrong = complaint(answer, expected);
    const shown = answer.kind === 'records' ? answer.records.join(', ') : answer.reason;
    return {
      state: wrong === undefined ? judge(took, thresholds) : 'ERR',
      text: `${name} ${type}: ${shown}${wrong ? `; ${wrong}` : ''} (${formatSeconds(took)})`,
      perf: [measured('time', took, 's', { ...thresholds, min: 0, max: timeoutMs / 1000 })],
    };
  },
});

type Answer = { kind: 'records'; records: string[] } | { kind: 'no-name' | 'trouble'; reason: string };

const REASONS: Record<string, string> = {
  ENODATA: 'there is no such record',
  ESERVFAIL: 'the server failed',
  EREFUSED: 'the server refused',
  ETIMEOUT: 'no answer in time',
  ECONNREFUSED: 'no server answers at that address',
  EBADNAME: 'that is no name',
};

async function look(resolver: promises.Resolver, name: string, type: RecordType): Promise<Answer> {
  try {
    const found =
      type === 'PTR' && isIP(name) ? await resolver.reverse(name) : await resolver.resolve(name, type);
    return { kind: 'records', records: [found].flat().map(showRecord).sort() };
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND') return { kind: 'no-name', reason: 'there is no such name' };
    if (code === 'ECANCELLED') throw new CannotTell('cancelled');
    return { kind: 'trouble', reason: REASONS[code] ?? message };
  }
}

function complaint(answer: Answer, expected: { answers: string[]; noName: boolean }): string | undefined {
  if (expected.noName) return answer.kind === 'no-name' ? undefined : 'it should not be there';
  if (answer.kind !== 'records') return '';
  const wanted = expected.answers.toSorted();
  const isRight = wanted.length === 0 || wanted.join('\n') === answer.records.join('\n');
  return isRight ? undefined : `expected ${wanted.join(', ')}`;
}

/** One record as a line, its values in the order in which zone files have them. */
function showRecord(record: unknown): string {
  if (typeof record === 'string') return record;
  if (Array.isArray(record)) return record.join('');
  const { priority, weight, port, ...rest } = record as Record<string, unknown>;
  return [priority, weight, port, ...Object.values(rest)].filter((value) => value !== undefined).join(' ');
}

/** Name servers have to be given by their addresses, since names would need one. */
function serverAddress({ host, port }: HostPort): string {
  if (!isIP(host))
    throw new UsageError(`--server: ${JSON.stringify(host)} must be an address (for example 9.9.9.9)`);
  return showAddress(host, port ?? DNS_PORT);
}
