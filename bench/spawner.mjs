// The yardstick of a monitor: Node that does nothing but start /bin/true, so many times a second, and read what it prints.
import { spawn } from 'node:child_process';

const perSecond = Number(process.argv[2]);
setInterval(() => {
  const child = spawn('/bin/true', [], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  for (const stream of [child.stdout, child.stderr]) stream.resume();
}, 1000 / perSecond);
