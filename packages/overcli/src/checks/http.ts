import { oneOf, type State, text, wholeNumber } from '@overc/protocol';
import { UsageError } from '../errors.ts';
import { formatSize, parseSize } from '../size.ts';
import { type CheckOptions, type CheckValues, defineCheck, type Finding } from './check.ts';
import { type ExpiryDays, expiryDays, judgeExpiry } from './expiry.ts';
import { missingIn, wantedOptions } from './matching.ts';
import { formatSeconds, startStopwatch } from './stopwatch.ts';
import { checkOrder, judge, measured, range, readSeconds, thresholdOptions, worst } from './threshold.ts';
import { networkTrouble } from './trouble.ts';
import { fetchPage, type WebAnswer, type WebRequest } from './web-request.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const;

/** What a redirect means when it is not followed; one that is left when all allowed ones were is one too many. */
const REDIRECT_STATES = { follow: 'ERR', ok: 'OK', warning: 'WARN', critical: 'ERR' } as const;

type RedirectWord = keyof typeof REDIRECT_STATES;
const redirectWord = oneOf(...(Object.keys(REDIRECT_STATES) as RedirectWord[]));
const methodWord = oneOf(...METHODS);

const options = {
  url: {
    read: pageUrl,
    value: 'URL',
    short: 'u',
    operand: true,
    required: true,
    help: 'The address. A user and a password in it are sent, and not shown.',
    example: 'https://example.com/health',
  },
  expect: {
    read: statusList,
    value: 'STATUS[,STATUS]',
    short: 'e',
    help: 'The status that is right; any other is ERR.',
    example: '200,204,3xx',
  },
  ...wantedOptions('the page'),
  ...thresholdOptions({ about: 'the time in seconds', read: readSeconds, warning: '1', critical: '5' }),
  certificate: {
    read: expiryDays,
    value: 'DAYS[,DAYS]',
    short: 'C',
    help: 'WARN, and ERR, when the certificate is valid for fewer days.',
    example: '28,14',
  },
  pagesize: {
    read: range(parseSize),
    value: 'RANGE',
    short: 'm',
    help: 'WARN when the size of the page is outside of this range.',
    example: '1k:2M',
  },
  onredirect: {
    read: redirectWord,
    value: 'WORD',
    short: 'f',
    help: `What to make of a redirect: ${Object.keys(REDIRECT_STATES).join(', ')}.`,
    example: 'critical',
    fallback: 'follow',
  },
  'max-redirs': {
    read: wholeNumber(1, 50),
    value: 'NUMBER',
    help: 'How many redirects to follow.',
    example: '2',
    fallback: '5',
  },
  method: {
    read: methodWord,
    value: 'METHOD',
    short: 'j',
    help: `One of ${METHODS.join(', ')}; unless set: GET, or POST with --post.`,
    example: 'HEAD',
  },
  post: { read: String, value: 'TEXT', short: 'P', help: 'What to send.', example: '{"q":1}' },
  header: {
    read: headerLine,
    value: 'LINE',
    short: 'k',
    many: true,
    help: 'A header to send.',
    example: 'Content-Type: application/json',
  },
  authorization: {
    read: text,
    value: 'USER:PASSWORD',
    short: 'a',
    help: 'Sent as Basic authentication.',
    example: 'monitor:secret',
    secret: true,
  },
  insecure: { help: 'Take any certificate.' },
} as const satisfies CheckOptions;

type Values = CheckValues<typeof options>;

export const http = defineCheck({
  summary: 'Does a web page answer, how soon, and with what it should? It can watch its certificate too.',
  notes: 'Unless --expect is given, a status from 400 on is WARN, and from 500 on ERR. No answer is ERR.',
  whenLate: 'ERR',
  options,
  examples: [
    'http https://example.com/health',
    "http -e 200 -s 'Welcome' -w 1 -c 5 -C 28,14 https://example.com/",
    `http -P '{"q":1}' -k 'Content-Type: application/json' http://127.0.0.1:8080/search`,
  ],

  async run(values, { signal, timeoutMs, nowMs }) {
    const thresholds = { warning: values.warning, critical: values.critical };
    checkOrder(thresholds);
    const page = requestOf(values);
    const seconds = startStopwatch();
    let answer: WebAnswer;
    try {
      answer = await fetchPage(page, signal);
    } catch (error) {
      return { state: 'ERR', text: `${show(values.url)}: ${networkTrouble(error)}`, perf: [] };
    }
    const took = seconds();
    const content = judgeAnswer(answer, values, nowMs());
    return {
      state: worst([judge(took, thresholds), content.state]),
      text: `${content.text} (${formatSeconds(took)})`,
      perf: [measured('time', took, 's', { ...thresholds, min: 0, max: timeoutMs / 1000 }), ...content.perf],
    };
  },
});

/** Throws UsageError when the options do not fit together. */
function requestOf(values: Values): WebRequest {
  const { url, post, method, onredirect, insecure } = values;
  if (values.certificate && url.protocol !== 'https:')
    throw new UsageError('--certificate needs an address with https://');
  return {
    url: withoutCredentials(url),
    method: method ?? (post === undefined ? 'GET' : 'POST'),
    headers: headersOf(values.header, values.authorization ?? credentialsOf(url)),
    body: post,
    mostRedirects: onredirect === 'follow' ? values['max-redirs'] : 0,
    insecure,
  };
}

/** Everything about an answer but its time. */
function judgeAnswer(answer: WebAnswer, values: Values, nowMs: number): Finding {
  const { status, statusText, body, bodyBytes } = answer;
  const missing = missingIn(body, values);
  const size = { warning: values.pagesize };
  const expiry = values.certificate && judgeCertificate(answer, values.certificate, nowMs);
  const states: State[] = [
    judgeStatus(status, values.expect, values.onredirect),
    judge(bodyBytes, size),
    missing === undefined ? 'OK' : 'ERR',
    expiry?.state ?? 'OK',
  ];
  const notes = [missing, expiry?.text].filter((note) => note !== undefined);
  return {
    state: worst(states),
    text: [`${status} ${statusText}`.trimEnd(), formatSize(bodyBytes), ...notes].join(', '),
    perf: [measured('size', bodyBytes, 'B', { ...size, min: 0 }), ...(expiry?.perf ?? [])],
  };
}

function judgeStatus(status: number, expected: RegExp | undefined, onRedirect: RedirectWord): State {
  if (expected) return expected.test(`${status}`) ? 'OK' : 'ERR';
  if (status >= 500) return 'ERR';
  if (status >= 400) return 'WARN';
  return status >= 300 ? REDIRECT_STATES[onRedirect] : 'OK';
}

function judgeCertificate({ certificate }: WebAnswer, limits: ExpiryDays, nowMs: number): Finding {
  if (!certificate?.valid_to) return { state: 'UNK', text: 'its certificate was not seen', perf: [] };
  const name = [certificate.subject.CN].flat()[0] ?? 'the certificate';
  return judgeExpiry(
    { name, validFrom: certificate.valid_from, validTo: certificate.valid_to },
    limits,
    nowMs,
  );
}

function pageUrl(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('must be an address with http:// or https://');
  return url;
}

function withoutCredentials(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

function credentialsOf({ username, password }: URL): string | undefined {
  return username + password === '' ? undefined : [username, password].map(decodePercent).join(':');
}

/** A password may hold a bare % that encodes nothing; it is then meant as it stands. */
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What follows the question mark may be a secret. */
function show({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

function headersOf(lines: [string, string][], credentials: string | undefined): Record<string, string> {
  return {
    'user-agent': 'overcli',
    ...(credentials !== undefined && {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    }),
    ...Object.fromEntries(lines),
  };
}

function headerLine(line: string): [string, string] {
  const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*([^\r\n]*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error('must be NAME: VALUE');
  return [name.toLowerCase(), value];
}

/** `200,204,3xx` as a regular expression of the statuses it stands for. */
function statusList(text: string): RegExp {
  if (!/^[1-5](\d\d|xx)(,[1-5](\d\d|xx))*$/.test(text))
    throw new Error('must be statuses such as 200,204 or 3xx');
  return new RegExp(`^(${text.replaceAll('x', '\\d').replaceAll(',', '|')})$`);
}
