const UNITS: [name: string, seconds: number][] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];
const MINUTE_MS = 60_000;
const TENTHS_FROM_MS = 10_000;

/** A duration for people, in its two largest units: `0.12 s`, `12.3 s`, `2 h 5 min`, `1 d`. */
export function formatDuration(ms: number): string {
  if (ms < MINUTE_MS) return `${Number((ms / 1000).toFixed(ms < TENTHS_FROM_MS ? 2 : 1))} s`;
  let rest = Math.round(ms / 1000);
  const first = UNITS.findIndex(([, seconds]) => rest >= seconds);
  const parts = UNITS.slice(first, first + 2).map(([name, seconds]) => {
    const count = Math.floor(rest / seconds);
    rest %= seconds;
    return count === 0 ? '' : `${count} ${name}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}
