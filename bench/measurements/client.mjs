import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { CHECKOUT } from '../folders.mjs';
import { ms } from '../row.mjs';
import { median } from '../samples.mjs';
import { withCollector } from '../stage.mjs';

const RUNS = 31;
const LIMIT_MS = 150;
/** A Node that starts with it reads all authorities' certificates at once, whatever the program: 75 ms here. */
const { NODE_EXTRA_CA_CERTS: _, ...ENVIRONMENT } = process.env;

/** How long the client takes as a whole process, in each form, beside a Node that does nothing. */
export const client = {
  title: 'The client, from its start to its end',
  async run(context) {
    execFileSync(process.execPath, ['scripts/bundle.mjs', 'script', 'executable'], {
      cwd: CHECKOUT,
      stdio: 'inherit',
    });
    const options = { database: 'sqlite', services: 1, perPost: 1, settings: {}, context };
    return withCollector(options, async ({ port }) => {
      const report = `-s http://127.0.0.1:${port}/ -i bench:1234 service-status 60 disk OK fine`;
      return [report, '--version', '--help'].flatMap((words) =>
        Object.entries(forms()).map(([form, argv]) => row(form, argv, words)),
      );
    });
  },
};

function forms() {
  const out = (name) => join(CHECKOUT, 'out', name);
  return {
    overcli: [out('overcli')],
    'overcli.mjs': [process.execPath, out('overcli.mjs')],
  };
}

/** In turns with the yardstick, so that both have the same machine. */
function row(form, argv, words) {
  const times = { measured: [], yardstick: [] };
  milliseconds([...argv, ...words.split(' ')]); // what comes first may have to be read from the disk
  for (let run = 0; run < RUNS; run++) {
    times.measured.push(milliseconds([...argv, ...words.split(' ')]));
    times.yardstick.push(milliseconds([process.execPath, '-e', '0']));
  }
  const measured = median(times.measured);
  const yardstick = median(times.yardstick);
  return {
    what: `${form} ${words.replace(/^-s .* (?=service)/, '')}`,
    measured: ms(measured),
    yardstick: `${ms(yardstick)} (node -e 0)`,
    ratio: measured / yardstick,
    target: `< ${LIMIT_MS} ms`,
    met: measured < LIMIT_MS,
  };
}

function milliseconds([program, ...args]) {
  const from = performance.now();
  const { status, stderr } = spawnSync(program, args, { env: ENVIRONMENT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return performance.now() - from;
}
