import type { Surroundings } from '../../command.ts';
import { oneLine } from '../../log.ts';
import { GREEN, paint, RED, YELLOW } from '../colours.ts';
import type { Finding, Mark, Patient } from './finding.ts';
import { probes } from './probes.ts';

const COLOURS: Record<Mark, number> = { ok: GREEN, warning: YELLOW, problem: RED };
const MARK_WIDTH = 'problem'.length;
const NAME_WIDTH = Math.max(...probes.map(({ name }) => name.length));

/** Probes one after the other, since what one finds spares those after it, and shows each finding. Answers the number of problems. */
export async function examine(
  patient: Patient,
  { out, terminal }: Surroundings,
  asJson: boolean,
): Promise<number> {
  const findings: (Finding & { probe: string })[] = [];
  for (const { name, probe } of probes)
    for (const finding of await probe(patient)) {
      findings.push({ probe: name, ...finding });
      if (!asJson) out(lineOf(name, finding, terminal?.hasColours));
    }
  const count = (mark: Mark) => findings.filter((finding) => finding.mark === mark).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  if (asJson) out(`${JSON.stringify({ file: patient.file, findings, problems, warnings }, null, 2)}\n`);
  else out(summaryOf(problems, warnings));
  return problems;
}

function lineOf(name: string, { mark, text, advice }: Finding, hasColours = false): string {
  const padded = mark.padEnd(MARK_WIDTH);
  const shown = hasColours ? paint(padded, COLOURS[mark]) : padded;
  return `${shown}  ${name.padEnd(NAME_WIDTH)}  ${oneLine(advice === undefined ? text : `${text}; ${advice}`)}\n`;
}

function summaryOf(problems: number, warnings: number): string {
  if (problems + warnings === 0) return 'All is well.\n';
  const plural = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  return `${plural(problems, 'problem')}, ${plural(warnings, 'warning')}.\n`;
}
