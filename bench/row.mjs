/** The columns that say whether a ratio reached its target. */
export function atLeast(ratio, share) {
  return { ratio, target: `≥ ${share} ×`, met: ratio >= share };
}

export function count(number) {
  return Math.round(number).toLocaleString('en');
}

export function ms(number) {
  return `${number < 10 ? number.toFixed(1) : Math.round(number)} ms`;
}

export function megabytes(bytes) {
  return `${Math.round(bytes / 1e6)} MB`;
}

export function percent(share) {
  return `${(share * 100).toFixed(2)} %`;
}

/** From the lowest to the highest ratio of some turns, as `capacityOf` tells them. */
export function range({ lowestRatio, highestRatio }) {
  return `${lowestRatio.toFixed(2)}–${highestRatio.toFixed(2)} ×`;
}
