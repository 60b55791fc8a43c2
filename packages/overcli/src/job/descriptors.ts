import { fstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isatty } from 'node:tty';

const STANDARD = 2;
/** Source: proc(5), "fdinfo": flags are octal, O_CLOEXEC as asm-generic/fcntl.h has it. */
const CLOSE_ON_EXEC = 0o2000000;

/**
 * The descriptors beyond the standard ones that we were started with (a lock, `3>&1`). Node closes them in its children, and
 * a job is to have them. Its own are of kinds that nobody hands on, pipes of which it holds both ends, and a /dev/null
 * that it opened after those; descriptors are given out from the lowest on.
 */
export function inheritedDescriptors(): number[] {
  const open = list('/proc/self/fd')
    .map(Number)
    .filter((fd) => fd > STANDARD)
    .flatMap((fd) => describe(fd) ?? []);
  const isNodes = (target: string) => target.startsWith('anon_inode:');
  const firstOfNode = Math.min(...open.filter(({ target }) => isNodes(target)).map(({ fd }) => fd));
  const isOwn = ({ fd, target }: { fd: number; target: string }) =>
    isNodes(target) ||
    (target === '/dev/null' && fd > firstOfNode) ||
    (target.startsWith('pipe:') && open.filter((other) => other.target === target).length > 1);
  return open.filter((one) => one.isClosed && !isOwn(one)).map(({ fd }) => fd);
}

function describe(fd: number): { fd: number; target: string; isClosed: boolean } | undefined {
  try {
    const [, flags = '0'] = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    const isClosed = (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) !== 0;
    return { fd, target: readlinkSync(`/proc/self/fd/${fd}`), isClosed };
  } catch {
    return undefined; // the one that listed the folder
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** How a job's outputs get to where ours go: a number is a pipe's, counted from 0, that is copied there. */
export type Route = 'inherit' | number;

/**
 * What is shown on a terminal goes there straight, so that a program behaves as it does for a person. When both outputs go
 * to the same pipe or file (`2>&1`), they share a pipe, so that their order stays what it was.
 */
export function routesOf(isCaptured: boolean): [out: Route, err: Route] {
  const out = isCaptured && !isatty(1);
  const err = isCaptured && !isatty(2);
  if (out && err) return [0, isSameFile(1, 2) ? 0 : 1];
  return [out ? 0 : 'inherit', err ? 0 : 'inherit'];
}

function isSameFile(a: number, b: number): boolean {
  const [one, other] = [fstatSync(a, { bigint: true }), fstatSync(b, { bigint: true })];
  return one.dev === other.dev && one.ino === other.ino && one.rdev === other.rdev;
}
