/** Looks at a number every second until stopped: {values, max(), growth()}. */
export function sample(look, everyMs = 1000) {
  const values = [look()];
  const timer = setInterval(() => values.push(look()), everyMs);
  return {
    values,
    max: () => Math.max(...values),
    /** How much the median of the last quarter is above that of the second: 1.05 for 5 % more. */
    growth() {
      const quarter = Math.max(1, Math.floor(values.length / 4));
      return median(values.slice(-quarter)) / median(values.slice(quarter, 2 * quarter + 1));
    },
    stop: () => clearInterval(timer),
  };
}

export function median(values) {
  return percentile(values, 50);
}

/** The nearest-rank percentile; NaN of nothing. */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.at(Math.max(0, Math.ceil((share / 100) * sorted.length) - 1)) ?? Number.NaN;
}
