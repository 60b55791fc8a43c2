import type { Range, Stretch } from '../../core/observed.ts';
import { blocksOf, type Tally, tallyOf, UPTIME_RANGES, uptimeOf } from '../../core/uptime.ts';
import { fromToText } from './times.ts';

/** A bar of blocks, drawn in units: each block is so wide and the bar so high. */
const BLOCK_WIDTH = 10;
const BLOCK_GAP = 2;
const BAR_HEIGHT = 24;
/** The worse a block, the higher it is, so that its colour is not the only sign. */
const HEIGHTS = { none: 4, ok: 14, warn: 18, err: BAR_HEIGHT };
/** What was down for a moment of a block is still seen in it. */
const LEAST_DOWN_HEIGHT = 8;

export interface BarPart {
  look: 'none' | 'ok' | 'warn' | 'err';
  y: number;
  height: number;
}

export interface BarBlock {
  x: number;
  width: number;
  parts: BarPart[];
  /** Such as `2026-01-31 12:00:00 to 12:30:00 UTC: up 98.30 %`. */
  title: string;
}

export interface Bar {
  /** Such as `90 days`. */
  name: string;
  /** Such as `99.98 %`. */
  uptime: string;
  width: number;
  height: number;
  blocks: BarBlock[];
}

/** The uptime of a service over each range, with its blocks. */
export function uptimeBars(observed: Stretch[], now: number): Bar[] {
  return UPTIME_RANGES.map(({ lengthMs, blocks, name }) =>
    barOf(observed, { since: now - lengthMs, until: now }, blocks, rangeName(name)),
  );
}

/** The uptime over one range, in `count` blocks. */
export function barOf(observed: Stretch[], range: Range, count: number, name: string): Bar {
  const blocks = blocksOf(observed, range, count).map((tally, i) => ({
    x: i * (BLOCK_WIDTH + BLOCK_GAP),
    width: BLOCK_WIDTH,
    parts: partsOf(tally),
    title: `${fromToText(tally.since, tally.until)}: ${tallyText(tally)}`,
  }));
  return {
    name,
    uptime: percentText(uptimeOf(tallyOf(observed, range))),
    width: count * (BLOCK_WIDTH + BLOCK_GAP) - BLOCK_GAP,
    height: BAR_HEIGHT,
    blocks,
  };
}

/** A ratio such as `99.98 %`. It is rounded down: 100 % says that nothing was amiss at all. */
export function percentText(ratio: number | undefined): string {
  if (ratio === undefined) return 'not observed';
  if (ratio === 1) return '100 %';
  const inexactness = 1e-7; // 0.57 * 10_000 is 5699.999999999999
  return `${(Math.floor(ratio * 10_000 + inexactness) / 100).toFixed(2)} %`;
}

function rangeName(name: string): string {
  return name.replace(/h$/, ' hours').replace(/d$/, ' days');
}

/** What a block stands for, from its top: how much of it was down, and the rest. */
function partsOf({ upMs, downMs, worst }: Tally): BarPart[] {
  const bottom = (look: BarPart['look'], height: number) => ({ look, y: BAR_HEIGHT - height, height });
  if (upMs + downMs === 0) return [bottom('none', HEIGHTS.none)];
  if (downMs === 0) return [worst === 'WARN' ? bottom('warn', HEIGHTS.warn) : bottom('ok', HEIGHTS.ok)];
  if (upMs === 0) return [bottom('err', HEIGHTS.err)];
  const share = downMs / (upMs + downMs);
  const height = Math.min(
    Math.max(Math.round(BAR_HEIGHT * share), LEAST_DOWN_HEIGHT),
    BAR_HEIGHT - HEIGHTS.none,
  );
  return [{ look: 'err', y: 0, height }, bottom('ok', BAR_HEIGHT - height)];
}

/** Such as `up 98.30 %, 12.00 % not observed`. */
function tallyText({ since, until, upMs, downMs, worst }: Tally): string {
  const uptime = uptimeOf({ upMs, downMs });
  if (uptime === undefined) return worst === 'UNK' ? 'UNK' : 'not observed';
  const parts = [`up ${percentText(uptime)}`];
  if (downMs === 0 && worst === 'WARN') parts.push('WARN');
  const unknown = 1 - (upMs + downMs) / (until - since);
  if (unknown > 0) parts.push(`${percentText(unknown)} not observed`);
  return parts.join(', ');
}
