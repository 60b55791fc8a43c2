import { UsageError } from '../../errors.ts';

/** Asks a person at the terminal; no answer is a no. Throws UsageError where there is none. */
export async function ask(question: string, otherwise: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError(`there is no terminal to ask on; ${otherwise}`);
  const { createInterface } = await import('node:readline/promises'); // no other command waits for it to load
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const end = new AbortController();
  lines.once('close', () => end.abort());
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: end.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    lines.close();
  }
}
