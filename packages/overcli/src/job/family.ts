import { processNumbers, statOf } from '../proc.ts';

/** A process, known by its number and when it began, since numbers are given out again. */
export interface Known {
  pid: number;
  /** Undefined where the system does not tell. */
  startedAt: string | undefined;
}

/** A process and all that descends from it; nothing where there is no `/proc`. */
export function familyOf(pid: number): Known[] {
  const children = new Map<number, Known[]>();
  let self: Known | undefined;
  for (const one of processNumbers()) {
    const stat = statOf(one);
    if (!stat) continue;
    const known = { pid: one, startedAt: stat(22) };
    if (one === pid) self = known;
    const parent = Number(stat(4));
    children.set(parent, [...(children.get(parent) ?? []), known]);
  }
  const family = self ? [self] : [];
  for (const { pid: parent } of family) family.push(...(children.get(parent) ?? []));
  return family;
}

/** Whether it still runs, and has not merely left its number to another. */
export function isStill({ pid, startedAt }: Known): boolean {
  return statOf(pid)?.(22) === startedAt;
}
