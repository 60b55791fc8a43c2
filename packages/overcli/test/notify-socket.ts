import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { until } from './until.ts';

/** Prints every datagram on a line, its own lines parted by |. */
const LISTENER = `use Socket; $| = 1;
  socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or die $!;
  bind($socket, sockaddr_un($ARGV[0])) or die $!;
  print "listening\\n";
  while (defined(recv($socket, my $text, 4096, 0))) { $text =~ s/\\n/|/g; print "$text\\n"; }`;

/** A real datagram socket as a service manager has it, held by Perl since Node cannot open one. */
export class NotifySocket {
  readonly path: string;
  #text = '';
  readonly #process: ChildProcessByStdio<null, Readable, null>;

  constructor(path: string) {
    this.path = path;
    this.#process = spawn('perl', ['-e', LISTENER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process.stdout.on('data', (chunk) => {
      this.#text += chunk;
    });
  }

  async start(): Promise<this> {
    await until('the socket is there', () => this.#text.startsWith('listening\n'));
    return this;
  }

  /** What was told so far; the barrier that lets a teller know that it was heard is left out. */
  get told(): string[] {
    return this.#text
      .split('\n')
      .slice(1, -1)
      .filter((line) => line !== 'BARRIER=1');
  }

  close(): void {
    this.#process.kill();
  }
}
