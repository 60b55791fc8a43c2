import { certificate } from './certificate.ts';
import type { Check } from './check.ts';
import { command } from './command.ts';
import { disk } from './disk.ts';
import { dns } from './dns.ts';
import { file } from './file.ts';
import { http } from './http.ts';
import { load } from './load.ts';
import { log } from './log.ts';
import { memory } from './memory.ts';
import { ping } from './ping.ts';
import { processCheck } from './process.ts';
import { tcp } from './tcp.ts';
import { unit } from './unit.ts';

/** A new check is one module and one line here. */
export const checks: Record<string, Check> = {
  load,
  memory,
  disk,
  process: processCheck,
  unit,
  file,
  log,
  tcp,
  http,
  dns,
  certificate,
  ping,
  command,
};
