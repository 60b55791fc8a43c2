import { type Delay, LATE_MS, longestMs, recentDelays } from '../core/lateness.ts';
import { insertOwnAlert } from '../store/alerts.ts';
import { transaction } from '../store/transaction.ts';
import { type ChangeDeps, shown } from './deps.ts';

/** What can be held up. */
const PARTS = ['event loop', 'sweep', 'intake'] as const;
type Part = (typeof PARTS)[number];

const WORDS: Record<Part, string> = {
  'event loop': 'its event loop stood still for',
  sweep: 'missed promises were noticed after',
  intake: 'more was sent than it can take, and heard after',
};

/** Sees to it that a collector that runs late says so itself. */
export interface Lateness {
  /** Looks at what held the collector up since the last look. Tells once that it is late, and once that it is on time again. */
  look(): Promise<void>;
  /** How long each part was held up at the most within the last minute, milliseconds. */
  delays(): Record<Part, number>;
  /** What held it up for too long, as clauses; empty when it is on time. */
  clauses(): string[];
}

export interface LatenessOptions {
  deps: ChangeDeps;
  now(): number;
  /** The collector's name. */
  name(): string;
  /** How long each part was held up since it was last asked, milliseconds. */
  take: Record<Part, () => number>;
  /** Whether a gap that ended since `time` accounts for it; that has been told of already. */
  wasGapSince(time: number): boolean;
}

export function createLateness({ deps, now, name, take, wasGapSince }: LatenessOptions): Lateness {
  const recent: Record<Part, Delay[]> = { 'event loop': [], sweep: [], intake: [] };
  let lookedAt = now();
  let isLate = false;

  const longest = (part: Part) => longestMs(recent[part]);
  const clauses = () =>
    PARTS.filter((part) => longest(part) > LATE_MS).map(
      (part) => `${WORDS[part]} ${(longest(part) / 1000).toFixed(1)} s`,
    );

  async function tell(kind: string, message: string, at: number): Promise<void> {
    await transaction(deps.db, (tx) => insertOwnAlert(tx, { kind, message, at }, deps.channels));
    deps.publish(shown(1));
  }

  return {
    delays: () => ({
      'event loop': longest('event loop'),
      sweep: longest('sweep'),
      intake: longest('intake'),
    }),
    clauses,
    async look() {
      const at = now();
      const isExplained = wasGapSince(lookedAt);
      lookedAt = at;
      for (const part of PARTS) {
        const ms = take[part]();
        recent[part] = recentDelays(recent[part], { at, ms: isExplained ? 0 : ms });
      }
      const found = clauses();
      if (found.length > 0 === isLate) return;
      if (found.length > 0)
        await tell('collector/late', `Collector ${name()} is late: ${found.join(', and ')}`, at);
      else await tell('collector/on-time', `Collector ${name()} is on time again`, at);
      isLate = !isLate;
    },
  };
}
