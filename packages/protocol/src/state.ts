/** The states that a service can be in; {@link compareStates} says which is worse. */
export const STATES = ['OK', 'WARN', 'ERR', 'UNK'] as const;
export type State = (typeof STATES)[number];

/** What is unknown may hide an ERR, so it is worse than a WARN. */
const BADNESS: Record<State, number> = { OK: 0, WARN: 1, UNK: 2, ERR: 3 };

const BY_WORD = new Map<string, State>([...STATES.map((state) => [state, state] as const), ['FAIL', 'ERR']]);

/** The state a sent word names; `FAIL` is what older clients call `ERR`. Undefined for any other word. */
export function stateFromWord(word: string): State | undefined {
  return BY_WORD.get(word);
}

/**
 * The state that a plugin's exit code stands for: 0 OK, 1 WARN, 2 ERR, anything else UNK.
 * Source: Monitoring Plugins Development Guidelines, "Plugin Return Codes".
 */
export function stateFromExitCode(code: number): State {
  if (code === 0) return 'OK';
  if (code === 1) return 'WARN';
  if (code === 2) return 'ERR';
  return 'UNK';
}

/** Orders states from harmless to bad: OK, WARN, UNK, ERR. */
export function compareStates(a: State, b: State): number {
  return BADNESS[a] - BADNESS[b];
}
