import { isSea } from 'node:sea';

/** The first word of a plugin's command line that stands for this very program, wherever it lies. */
const OWN_NAME = 'overcli';

/** A command line with the words in front that start this program, when it begins with `overcli`. */
export function withOwnProgram(argv: string[]): string[] {
  const [program, ...rest] = argv;
  return program === OWN_NAME ? [...ownProgram(), ...rest] : argv;
}

/** The words that start this program. A single executable holds its script; otherwise Node was told which one to run. */
export function ownProgram(): string[] {
  const script = isSea() ? [] : [process.argv[1] as string];
  return [process.execPath, ...script];
}
