/** A line that cron runs something by. */
export interface Job {
  kind: 'job';
  /** All in front of the command, as it stands. */
  before: string;
  /** Five fields, or a word such as @daily. */
  schedule: string;
  /** As it stands, with % as \\%. */
  command: string;
  /** What the command gets as its standard input, from its % on. */
  input: string;
}

/** A line of a crontab, as crontab(5) tells them apart. */
export type Line =
  | Job
  | { kind: 'variable'; name: string; value: string }
  | { kind: 'remark' }
  | { kind: 'strange' };

const VARIABLE = /^[ \t]*(?:"([^"]*)"|'([^']*)'|([^\s=]+))[ \t]*=[ \t]*(.*?)[ \t]*$/;
const SCHEDULE = '([ \\t]*(?:(@[A-Za-z_]+)|-?((?:[^ \\t]+[ \\t]+){4}[^ \\t]+))[ \\t]+)';
const JOB = new RegExp(`^${SCHEDULE}([^ \\t].*)$`, 's');
/** Those of the system say whose job it is. */
const JOB_OF_SYSTEM = new RegExp(`^${SCHEDULE}([^ \\t]+[ \\t]+)([^ \\t].*)$`, 's');

export function readLine(text: string, isSystem: boolean): Line {
  if (/^\s*(#|$)/.test(text)) return { kind: 'remark' };
  const variable = VARIABLE.exec(text);
  if (variable)
    return { kind: 'variable', name: firstOf(variable, 1, 2, 3), value: unquoted(variable[4] ?? '') };

  const [, before = '', word, fields, ...rest] = (isSystem ? JOB_OF_SYSTEM : JOB).exec(text) ?? [];
  const schedule = word ?? fields;
  if (schedule === undefined) return { kind: 'strange' };
  const [whose, command] = isSystem ? rest : ['', ...rest];
  return { kind: 'job', before: before + whose, schedule, ...split(command ?? '') };
}

/** Splits at the first % that no backslash takes its meaning from. */
function split(text: string): { command: string; input: string } {
  const [command = ''] = /^(?:[^\\%]|\\.|\\$)*/s.exec(text) ?? [];
  return { command, input: text.slice(command.length) };
}

/** A command as the shell gets it: cron takes the backslash from a %, and from another one. */
export function asShellGetsIt(command: string): string {
  return command.replace(/\\([\\%])/g, '$1');
}

function unquoted(value: string): string {
  return /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
}

function firstOf(match: RegExpExecArray, ...groups: number[]): string {
  return groups.map((group) => match[group]).find((text) => text !== undefined) ?? '';
}
