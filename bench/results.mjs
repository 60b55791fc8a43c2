import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT } from './folders.mjs';

const COLUMNS = ['what', 'measured', 'yardstick', 'ratio', 'target', 'met'];
export const RESULTS = join(CHECKOUT, 'bench/RESULTS.md');
const HEADING = /^## .*$/m;

/** Prints a measurement's rows as a table. */
export function printRows(rows) {
  const lines = [COLUMNS, ...rows.map(cells)];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const line of lines) console.log(line.map((cell, column) => cell.padEnd(widths[column])).join('  '));
}

/**
 * Writes a measurement's rows into bench/RESULTS.md in place of those of an earlier run; the sections of other
 * measurements, of another day and perhaps another machine, stay. `all` are the measurements in their order.
 */
export function writeResult(measurement, rows, options, all) {
  const [head, ...sections] = readFileSync(RESULTS, 'utf8').split(/^(?=## )/m);
  const byHeading = new Map(sections.map((text) => [text.match(HEADING)[0], text]));
  byHeading.set(headingOf(measurement), sectionOf(measurement, rows, options));
  const inOrder = all.map(headingOf).filter((heading) => byHeading.has(heading));
  const texts = inOrder.map((heading) => byHeading.get(heading).trimEnd());
  writeFileSync(RESULTS, `${[head.trimEnd(), ...texts].join('\n\n')}\n`);
}

function headingOf({ figure, title }) {
  return `## ${figure === undefined ? '' : `${figure}. `}${title}`;
}

/** A measurement may have a number of services of its own. */
function sectionOf(measurement, rows, { seconds, services: asked }) {
  const how = [`${(measurement.services ?? asked).toLocaleString('en')} services`];
  if (seconds !== undefined) how.push(`each load ${seconds} s long`);
  return `${headingOf(measurement)}

${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC; ${how.join(', ')}; ${machine()}.

| ${COLUMNS.join(' | ')} |
|${COLUMNS.map(() => '---').join('|')}|
${rows.map((row) => `| ${cells(row).join(' | ')} |`).join('\n')}
`;
}

function machine() {
  const [{ model }] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  return `${model}, ${cpus().length} cores, ${memory}, Node ${process.versions.node}, Linux ${release()}`;
}

function cells({ what, measured, yardstick = '', ratio, target = '', met }) {
  const verdict = met === undefined ? '' : met ? 'yes' : 'no';
  return [what, measured, yardstick, ratio === undefined ? '' : `${ratio.toFixed(2)} ×`, target, verdict];
}
