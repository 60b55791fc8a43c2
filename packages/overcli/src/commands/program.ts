import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';

/** As much of a script's first line as Linux reads. Source: execve(2). */
const MOST_FIRST_LINE_BYTES = 256;

/** Where a program lies: a name without a slash is looked for on the path, any other from `cwd`. Undefined when nowhere. */
export function findProgram(program: string, cwd: string, searchPath: string): string | undefined {
  const places = program.includes('/')
    ? [resolve(cwd, program)]
    : searchPath.split(':').map((folder) => resolve(cwd, folder, program));
  return places.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** What runs a script, as its first line says, also behind `env`; undefined for a program that needs none. */
export function interpreterOf(path: string): string | undefined {
  const [, interpreter, rest = ''] = /^#!\s*(\S+)[ \t]*(.*)/.exec(firstBytes(path)) ?? [];
  if (interpreter === undefined || basename(interpreter) !== 'env') return interpreter;
  return rest.split(/\s+/).find((word) => word !== '' && !word.startsWith('-') && !word.includes('='));
}

function firstBytes(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const bytes = Buffer.alloc(MOST_FIRST_LINE_BYTES);
    return bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0));
  } catch {
    return ''; // not for us to read; it may be for those who run it
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
