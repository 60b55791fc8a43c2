import { writeSync } from 'node:fs';
import { systemClock } from '../src/clock.ts';
import { Spool } from '../src/spool/spool.ts';

/**
 * A program that keeps reports until it has kept so many or is killed, and prints the number of each that is kept:
 * `node spooler.js FOLDER SERVICE COUNT`.
 */
const [folder = '', service = '', count = ''] = process.argv.slice(2);
const spool = new Spool(folder, { mostBytes: 64e6, mostAgeMs: 1e9 }, systemClock.wall);
const startedAt = systemClock.wall();

for (let number = 0; number < Number(count); number++) {
  const at = (startedAt + number) / 1000;
  await spool.add([{ name: service, state: 'OK', info: `${number}`, period: 60, at }]);
  writeSync(1, `${number}\n`);
}
