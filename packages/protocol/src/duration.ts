const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 365 * 86_400_000,
};

/**
 * Milliseconds in a duration as settings write it: `90` or `90s`, `500ms`, `5m`, `24h`, `7d`, `2w`, `1y` (365 days).
 * Undefined when the text is none.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)\s*(ms|s|m|h|d|w|y)?$/.exec(text.trim());
  if (!match) return undefined;
  return Math.round(Number(match[1]) * (UNIT_MS[match[2] ?? 's'] as number));
}
