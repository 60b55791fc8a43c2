import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '../clock.ts';
import { Copier } from './copier.ts';
import { inheritedDescriptors, type Route, routesOf } from './descriptors.ts';
import { type Ending, endingOf, notStarted } from './ending.ts';
import { exactWords } from './exact-words.ts';
import { restoreOpenFiles } from './limits.ts';
import { closeWriteEnds, makePipes, type Pipe } from './pipes.ts';
import { Signals } from './signals.ts';
import { Tail } from './tail.ts';
import { Timeout } from './timeout.ts';
import { Meter, type Usage } from './usage.ts';

export interface JobOptions {
  /** Program and arguments. */
  argv: string[];
  /** Whether the last of its output is wanted. */
  isCaptured: boolean;
  timeoutMs?: number | undefined;
  killAfterMs?: number;
  clock: Clock;
  /** Called when it has begun. */
  onStart: () => void;
  /** Called for a signal that asks us to end when the job is over already. */
  onLateSignal: () => void;
}

export interface JobResult {
  ending: Ending;
  isTimedOut: boolean;
  durationMs: number;
  usage: Usage;
  /** The last of what it printed, where that went through our hands. */
  output: string;
  /** What went wrong with passing its output on. */
  troubles: string[];
}

/**
 * Runs a command as it would run without us: with our terminal, input, process group and descriptors, its outputs going where
 * ours go, and signals passed on. Never rejects.
 */
export async function runJob(options: JobOptions): Promise<JobResult> {
  const inherited = inheritedDescriptors(); // before there are more of our own
  const signals = new Signals(options.onLateSignal);
  const tail = new Tail();
  const { child, copiers } = await start(options, inherited, tail);
  const startedAt = options.clock.now();
  const result = (ending: Ending, durationMs: number, usage: Usage, isTimedOut: boolean): JobResult => {
    const troubles = copiers.flatMap(({ trouble }) => trouble ?? []);
    return { ending, isTimedOut, durationMs, usage, output: tail.text(), troubles };
  };
  if (child instanceof Error) return result(notStarted(options.argv, child), 0, {}, false);

  const meter = new Meter(child.pid);
  const timeout = new Timeout(child.pid, options);
  signals.startPassing(child);
  options.onStart();
  const ending = await endOf(child);
  const durationMs = options.clock.now() - startedAt;
  timeout.end();
  signals.endPassing();
  const usage = meter.end();
  await Promise.all(copiers.map((copier) => copier.finish()));
  return result(ending, durationMs, usage, timeout.isOver);
}

type Started = { child: (ChildProcess & { pid: number }) | Error; copiers: Copier[] };

async function start({ argv, isCaptured }: JobOptions, inherited: number[], tail: Tail): Promise<Started> {
  const wanted = routesOf(isCaptured);
  const count = new Set(wanted.filter((route) => route !== 'inherit')).size;
  const [pipes] = await Promise.all([makePipes(count), restoreOpenFiles()]);
  const routes: Route[] = pipes.length < count ? ['inherit', 'inherit'] : wanted;

  const child = await spawned(argv, stdioOf(routes, pipes, inherited));
  closeWriteEnds(pipes);
  const copiers = pipes.map(
    ({ read }, index) => new Copier(read, routes.indexOf(index) + 1, (chunk) => tail.add(chunk)),
  );
  return { child, copiers };
}

/** The standard ones and, in their places, the others that we were started with; `ignore` leaves a place as it is. */
function stdioOf(routes: Route[], pipes: Pipe[], inherited: number[]): StdioOptions {
  const outputs = routes.map((route) => (route === 'inherit' ? route : (pipes[route]?.write ?? 'inherit')));
  const stdio: StdioOptions = ['inherit', ...outputs];
  for (const fd of inherited) {
    while (stdio.length < fd) stdio.push('ignore');
    stdio[fd] = fd;
  }
  return stdio;
}

/** Answers the error when there is no process. */
async function spawned(argv: string[], stdio: StdioOptions): Promise<Started['child']> {
  const [program, ...args] = exactWords(argv) as [string, ...string[]];
  try {
    const child = spawn(program, args, { stdio });
    if (child.pid === undefined) return (await once(child, 'error'))[0] as Error;
    return child as ChildProcess & { pid: number };
  } catch (error) {
    return error as Error;
  }
}

/** An error of a child that runs is a signal that we may not send it, as it became another user. */
function endOf(child: ChildProcess): Promise<Ending> {
  child.on('error', () => {});
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(endingOf(code, signal)));
  });
}
