const LONGEST_WARM_UP_SECONDS = 5;

/** What `loop(seconds)` gives after a short one that warms the server up. */
export async function afterWarmUp(loop, seconds) {
  await loop(Math.min(LONGEST_WARM_UP_SECONDS, seconds));
  return loop(seconds);
}
