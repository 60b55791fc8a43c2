import { DAY_MS } from '../clock.ts';
import { findingAt, type Gap } from '../core/gap.ts';
import { insertOwnAlert } from '../store/alerts.ts';
import { findMostBehind, forgetCollectors, type Sign, saveSign } from '../store/collectors.ts';
import { creditGap, findLastSign, lockLastSign, saveLastSign, signAgain, startAnew } from '../store/gaps.ts';
import { type Tx, transaction } from '../store/transaction.ts';
import type { MonitorDeps } from './deps.ts';
import { expireUntil } from './expire.ts';

/** A collector without a sign of life for so long is forgotten. */
const FORGOTTEN_AFTER_MS = DAY_MS;

/** Sees to it that time in which nobody was listening is known before anything is judged by it. */
export interface Listening {
  /** Makes good for a gap before a start. */
  begin(): Promise<void>;
  /** Leaves a sign of life, and makes good for a gap before it. */
  sign(): Promise<void>;
  /** To be waited for before a promise is judged: whether it is open depends on whether anyone was listening. */
  ready(): Promise<void> | undefined;
  /** Whether a gap was found at `time` or later. */
  wasGapSince(time: number): boolean;
}

export interface ListeningOptions {
  deps: MonitorDeps;
  now(): number;
  /** What the collector says with a sign of life. */
  says(): Omit<Sign, 'startedAt' | 'aliveAt'>;
  /** Without a sign of life for longer than this nobody was listening. */
  longestMs: number;
}

export function createListening({ deps, now, says, longestMs }: ListeningOptions): Listening {
  const startedAt = now();
  /** Our last sign of life. */
  let own: number | undefined;
  /** The last of any collector, and since when it has been that. */
  let last = { at: startedAt, since: startedAt };
  let signing: Promise<void> | undefined;
  let gapFoundAt = Number.NEGATIVE_INFINITY;

  const isFresh = () => own !== undefined && Math.abs(now() - own) <= longestMs;

  async function begin(): Promise<void> {
    await expireBeforeGap();
    tell(await transaction(deps.db, signForAll));
  }

  async function sign(): Promise<void> {
    if (isFresh() && (await goesOn())) return;
    if (!isFresh()) await expireBeforeGap();
    const alerts = await transaction(deps.db, signIn);
    own = now();
    tell(alerts);
  }

  function tell(alerts: number): void {
    if (alerts === 0) return;
    gapFoundAt = now();
    deps.publish({ reports: 0, alerts, wakeAt: gapFoundAt, isVisible: true });
  }

  /** Signs, unless there is a gap to be made good for; returns whether it did. */
  async function goesOn(): Promise<boolean> {
    const sign = { ...says(), startedAt, aliveAt: now() };
    const isSigned = await signAgain(deps.db, sign, longestMs);
    if (isSigned) own = now();
    return isSigned;
  }

  /** What was due when a gap began is missed, whether or not anyone was listening afterwards; unless it had not been heard yet. */
  async function expireBeforeGap(): Promise<void> {
    const finding = findIn(await findLastSign(deps.db), now());
    if (finding?.kind !== 'gap') return;
    const { since, until } = finding.gap;
    await expireUntil(deps, since - (await findMostBehind(deps.db, since - longestMs)), until);
  }

  function findIn(at: number | undefined, time: number) {
    if (at === undefined) return undefined;
    if (last.at !== at || last.since > time) last = { at, since: time };
    return findingAt(time, { at, stands: time - last.since > longestMs }, longestMs);
  }

  /** Returns how many alerts that raised. */
  async function signIn(tx: Tx): Promise<number> {
    const alerts = await signForAll(tx);
    const aliveAt = now();
    await saveSign(tx, { ...says(), startedAt, aliveAt });
    if (!isFresh()) await forgetCollectors(tx, aliveAt - FORGOTTEN_AFTER_MS);
    return alerts;
  }

  /** Leaves the sign that is any collector's, and makes good for a gap before it; returns how many alerts that raised. */
  async function signForAll(tx: Tx): Promise<number> {
    const at = await lockLastSign(tx);
    const time = now();
    const finding = findIn(at, time);
    let message: string | undefined;
    if (finding?.kind === 'gap') {
      await creditGap(tx, finding.gap);
      message = gapMessage(finding.gap);
    } else if (finding?.kind === 'went back') {
      await startAnew(tx, time);
      message = `The clock went back by ${inWords(finding.byMs)}; every promise starts anew`;
    }
    if (message !== undefined)
      await insertOwnAlert(tx, { kind: 'collector/resumed', message, at: time }, deps.channels);
    // What has just been done may have taken long, and is no gap.
    const end = now();
    await saveLastSign(tx, finding?.kind === 'went back' ? end : Math.max(at ?? end, end));
    return message === undefined ? 0 : 1;
  }

  function signOnce(): Promise<void> {
    signing ??= sign().finally(() => {
      signing = undefined;
    });
    return signing;
  }

  return {
    begin,
    sign: signOnce,
    ready: () => (isFresh() ? undefined : signOnce()),
    wasGapSince: (time) => gapFoundAt >= time,
  };
}

function gapMessage({ since, until }: Gap): string {
  return `No collector was listening for ${inWords(until - since)}; every promise that was open starts anew`;
}

const UNITS: [string, number][] = [
  ['day', DAY_MS],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/** `ms` in its two largest units, such as "1 minute 3 seconds". */
function inWords(ms: number): string {
  let rest = ms;
  const parts: string[] = [];
  for (const [unit, length] of UNITS) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
  }
  return parts.slice(0, 2).join(' ') || '0 seconds';
}
