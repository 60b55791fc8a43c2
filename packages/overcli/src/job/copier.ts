import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { write } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** For how long nothing comes from a pipe that is still open before it counts as held by something that the job left running. */
const QUIET_MS = 100;
/** What a pipe and our own buffers hold, by far: what comes after that, the job did not print. */
const MOST_LEFT_BYTES = 1024 * 1024;
/** Others with the same output may have made it one that does not wait. */
const FULL_PAUSE_MS = 5;

/** Copies a pipe to a descriptor as it comes, no faster than that takes it. */
export class Copier {
  readonly #source: Socket;
  readonly #from: number;
  readonly #to: number;
  readonly #look: (chunk: Buffer) => void;
  #writing: Promise<void> = Promise.resolve();
  #copiedBytes = 0;
  #isDone = false;
  /** Resolves when all is copied, or nobody reads it any more. */
  readonly done: Promise<void>;
  /** The first trouble with writing, except that nobody reads. */
  trouble: string | undefined;

  /** @param look sees every chunk */
  constructor(from: number, to: number, look: (chunk: Buffer) => void) {
    this.#from = from;
    this.#to = to;
    this.#look = look;
    this.#source = new Socket({ fd: from, readable: true, writable: false });
    this.#source.on('data', (chunk: Buffer) => {
      this.#source.pause();
      this.#writing = this.#copy(chunk).then(() => void this.#source.resume());
    });
    this.#source.on('error', () => {});
    this.done = once(this.#source, 'close').then(async () => {
      await this.#writing;
      this.#isDone = true;
    });
  }

  /** Copies what is left once the job has ended, and leaves the rest to a process of its own when others hold the pipe. */
  async finish(): Promise<void> {
    const ended = this.#copiedBytes;
    for (let before = -1; !this.#isDone; ) {
      await Promise.race([this.done, sleep(QUIET_MS)]);
      await this.#writing;
      if (this.#isDone) return;
      if (this.#copiedBytes === before || this.#copiedBytes - ended > MOST_LEFT_BYTES)
        return this.#handOver();
      before = this.#copiedBytes;
    }
  }

  /** What the job left running prints where it would without us, for as long as it runs, and nobody waits for it here. */
  async #handOver(): Promise<void> {
    this.#source.pause();
    await this.#writing;
    this.#source.pause();
    for (let chunk = this.#source.read(); chunk !== null; chunk = this.#source.read())
      await this.#copy(chunk);
    if (this.#isDone) return;
    spawn('cat', { stdio: [this.#from, this.#to, 'ignore'] })
      .on('error', () => {})
      .unref();
    this.#source.destroy();
  }

  async #copy(chunk: Buffer): Promise<void> {
    this.#copiedBytes += chunk.length;
    this.#look(chunk);
    try {
      await writeAll(this.#to, chunk);
    } catch (error) {
      // The job gets SIGPIPE with its next write, as it would without us.
      if ((error as NodeJS.ErrnoException).code === 'EPIPE') this.#source.destroy();
      else this.trouble ??= (error as Error).message;
    }
  }
}

async function writeAll(to: number, chunk: Buffer): Promise<void> {
  for (let rest = chunk; rest.length > 0; ) {
    const written = await writeSome(to, rest);
    if (written === 0) await sleep(FULL_PAUSE_MS);
    rest = rest.subarray(written);
  }
}

/** In a thread, so that signals are heard while it waits. Answers 0 when there is no room. */
function writeSome(to: number, chunk: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    write(to, chunk, 0, chunk.length, null, (error, written) => {
      if (error && error.code !== 'EAGAIN') reject(error);
      else resolve(error ? 0 : written);
    });
  });
}
