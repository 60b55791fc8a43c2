import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { CACHE, CHECKOUT } from './folders.mjs';

const COLUMNS = ['what', 'measured', 'yardstick', 'ratio', 'target', 'met'];
const RESULTS = join(CHECKOUT, 'bench/RESULTS.md');
const KEPT = join(CACHE, 'results');

/** Prints a measurement's rows as a table. */
export function printRows(rows) {
  const lines = [COLUMNS, ...rows.map(cells)];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const line of lines) console.log(line.map((cell, column) => cell.padEnd(widths[column])).join('  '));
}

/** Keeps a measurement's rows, so that a later run of another one does not lose them. A measurement may have a number of services of its own. */
export function keepResult(name, { figure, title, services: own }, rows, { seconds, services: asked }) {
  const services = own ?? asked;
  mkdirSync(KEPT, { recursive: true });
  const result = { date: new Date().toISOString(), figure, title, rows, seconds, services };
  writeFileSync(join(KEPT, `${name}.json`), JSON.stringify(result, undefined, 2));
}

/** Writes bench/RESULTS.md from the latest rows of each measurement; returns where it is. */
export function writeResults(names) {
  const kept = names.map((name) => join(KEPT, `${name}.json`)).filter((file) => existsSync(file));
  const sections = kept.map((file) => section(JSON.parse(readFileSync(file, 'utf8'))));
  writeFileSync(RESULTS, `${head()}\n${sections.join('\n')}`);
  return RESULTS;
}

function head() {
  const [{ model }] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return `# Results of the benchmark

<!-- Made by \`npm run bench -- --write\`; run it again instead of editing. -->

Machine: ${model}, ${cpus().length} cores, ${memory}; Node ${process.versions.node}, Linux ${release()}.
The server (and its MariaDB) has one core, the load the other. The yardstick is a bare node:http server that parses
the body and answers, measured in the same run; a ratio is a share of it. Throughput is the median of several turns of
both.
`;
}

function section({ date, figure, title, rows, seconds, services }) {
  const how = [`${services.toLocaleString('en')} services`];
  if (seconds !== undefined) how.push(`shortened to ${seconds} s`);
  return `## ${figure === undefined ? '' : `${figure}. `}${title}

${date.slice(0, 16).replace('T', ' ')} UTC; ${how.join(', ')}.

| ${COLUMNS.join(' | ')} |
|${COLUMNS.map(() => '---').join('|')}|
${rows.map((row) => `| ${cells(row).join(' | ')} |`).join('\n')}
`;
}

function cells({ what, measured, yardstick = '', ratio, target = '', met }) {
  const verdict = met === undefined ? '' : met ? 'yes' : 'no';
  return [what, measured, yardstick, ratio === undefined ? '' : `${ratio.toFixed(2)} ×`, target, verdict];
}
