import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';

/** Both ends of a pipe: descriptors of ours, closed in children that they are not given to. */
export interface Pipe {
  /** Never waits. */
  read: number;
  write: number;
}

/**
 * A shell that holds the read ends of two pipes as its descriptors 4 and 5, says its number, and waits until we hang up.
 * A redirection to 3 alone would put the socket that we hang up in place of its standard input while it waits.
 */
const HOLDER = `: | { : | exec sh -c 'echo $$; read _ <&3' 5<&0 ; } 4<&0`;
const HELD = [4, 5];

/**
 * Makes pipes, two at the most. Node has sockets only, and what a socket is cannot be opened by name: `echo >/dev/stderr`
 * would fail in a job. So a shell makes them, and we open what it holds. Answers none where that cannot be done: without
 * `/proc`, or without a shell.
 */
export async function makePipes(count: number): Promise<Pipe[]> {
  if (count === 0) return [];
  let holder: ChildProcess | undefined;
  try {
    holder = spawn('sh', ['-c', HOLDER], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
    const pid = await numberOf(holder);
    return HELD.slice(0, count).map((held) => open(`/proc/${pid}/fd/${held}`));
  } catch {
    return [];
  } finally {
    for (const stream of holder?.stdio ?? []) stream?.destroy();
  }
}

/** What a process says its number is. */
function numberOf(holder: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    holder.once('error', reject);
    holder.stdout?.once('data', (chunk) => resolve(Number(chunk)));
    holder.stdout?.once('end', () => reject(new Error('there is no shell')));
  });
}

/** Opened anew, each end has flags of its own: ours does not wait, and the job's does. The read end goes first, as a writer waits for one. */
function open(path: string): Pipe {
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { read, write: openSync(path, constants.O_WRONLY) };
}

/** To be called once the job has them: a pipe ends when nobody holds its write end any more. */
export function closeWriteEnds(pipes: Pipe[]): void {
  for (const { write } of pipes) closeSync(write);
}
