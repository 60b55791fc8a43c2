import { randomInt } from 'node:crypto';

/** Random numbers that come again with the same seed. */
export interface Random {
  seed: number;
  /** From 0 up to, but not including, `end`. */
  below(end: number): number;
  oneOf<T>(list: readonly T[]): T;
}

/** The seed is the one in OVERC_TEST_SEED, or a new one; it is printed, so that a failure can be repeated. */
export function seededRandom(): Random {
  const seed = Number(process.env.OVERC_TEST_SEED ?? randomInt(2 ** 31));
  console.log(`      OVERC_TEST_SEED=${seed}`);
  let state = seed;
  // Marsaglia's xorshift with 32 bits: https://www.jstatsoft.org/article/view/v008i14
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return { seed, below, oneOf: (list) => list[below(list.length)] as (typeof list)[number] };
}
