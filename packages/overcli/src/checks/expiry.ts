import { type ReadValue, type State, wholeNumber } from '@overc/protocol';
import { parseTime } from '../clock.ts';
import { UsageError } from '../errors.ts';
import type { Finding } from './check.ts';
import { atLeast, judge, measured } from './threshold.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 36_500;

/** From how many days before its end on a certificate is WARN, and ERR. */
export interface ExpiryDays {
  warning: number;
  critical: number;
}

/** What is needed of a certificate, as X509Certificate and TLS sockets have it. */
export interface Validity {
  name: string;
  /** As OpenSSL prints times. */
  validFrom: string;
  validTo: string;
}

export const days: ReadValue<number> = wholeNumber(0, MOST_DAYS);

/** `WARN` or `WARN,ERR` in days, as check_http takes it. */
export function expiryDays(text: string): ExpiryDays {
  const [warning, critical = 0, ...more] = text.split(',').map((part) => days(part.trim()));
  if (warning === undefined || more.length > 0) throw new Error('must be days, or two numbers of days');
  return checkDays({ warning, critical });
}

/** Throws UsageError when WARN could never be seen. */
export function checkDays(limits: ExpiryDays): ExpiryDays {
  if (limits.critical <= limits.warning) return limits;
  throw new UsageError(
    `WARN ${limits.warning} days before the end comes after ERR ${limits.critical} days before it`,
  );
}

/** How a certificate's time stands at `nowMs`. */
export function judgeExpiry(
  { name, validFrom, validTo }: Validity,
  limits: ExpiryDays,
  nowMs: number,
): Finding {
  const left = Math.floor(((parseTime(validTo) - nowMs) / DAY_MS) * 10) / 10;
  const thresholds = { warning: atLeast(limits.warning), critical: atLeast(limits.critical) };
  const perf = [measured('days', left, '', thresholds)];
  if (parseTime(validFrom) > nowMs)
    return { state: 'ERR', text: `${name} is not valid before ${validFrom}`, perf };
  const state: State = left < 0 ? 'ERR' : judge(left, thresholds);
  const text = left < 0 ? `${name} expired on ${validTo}` : `${name} expires in ${left} days, on ${validTo}`;
  return { state, text, perf };
}
