// npm run bench -- [names…] [options]: measures the collector beside a bare node:http server, see USAGE.
import { client } from './measurements/client.mjs';
import { deadlines } from './measurements/deadlines.mjs';
import { latency } from './measurements/latency.mjs';
import { million } from './measurements/million.mjs';
import { monitor } from './measurements/monitor.mjs';
import { overload } from './measurements/overload.mjs';
import { pages } from './measurements/pages.mjs';
import { peers } from './measurements/peers.mjs';
import { size } from './measurements/size.mjs';
import { start } from './measurements/start.mjs';
import { throughput } from './measurements/throughput.mjs';
import { readOptions, USAGE } from './options.mjs';
import { keepCoresAwake, pinSelf } from './processes.mjs';
import { printRows, RESULTS, writeResult } from './results.mjs';

const measurements = {
  throughput,
  latency,
  million,
  deadlines,
  size,
  start,
  overload,
  peers,
  pages,
  client,
  monitor,
};

const options = optionsOrExit();
if (options.help) {
  console.log(`${USAGE}\n\nMeasurements: ${Object.keys(measurements).join(', ')}`);
  process.exit();
}

pinSelf();
if (!keepCoresAwake())
  console.log('Cores may sleep, since /dev/cpu_dma_latency cannot be written; run it as root.');
const say = (text) => console.log(`  ${text}`);
const context = {
  ...options,
  say,
  capacities: new Map(),
  takes: (database) => options.database === undefined || options.database === database,
};
let failed = false;
for (const name of options.names) {
  const { title, run } = measurements[name];
  console.log(`\n${title}`);
  try {
    const rows = await run(context);
    printRows(rows);
    if (options.write) writeResult(measurements[name], rows, options, Object.values(measurements));
  } catch (error) {
    failed = true;
    console.error(`${name}: ${error.stack}`);
  }
}
if (options.write) console.log(`\nWritten: ${RESULTS}`);
process.exit(failed ? 1 : 0);

function optionsOrExit() {
  try {
    return readOptions(process.argv.slice(2), Object.keys(measurements));
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}
