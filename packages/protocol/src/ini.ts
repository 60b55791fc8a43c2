import { SettingsError } from './errors.ts';

export interface IniSection {
  name: string;
  /**
   * Option name → its text, unquoted and otherwise untouched. The name is in lower case up to its first dot: what
   * follows one is the name of something else, such as an environment variable.
   */
  options: Map<string, string>;
}

/**
 * The sections of an INI file, in their order, as the original's ConfigParser reads them: `[name]`, `option = value`,
 * a line that is indented deeper than its option continues it, and a line that starts with `#` or `;` is a comment.
 * Nothing inside a value is special, so it may hold `=`, `;`, `#`, `%` and quotes; a section's name may hold anything.
 *
 * We parse it ourselves because the libraries of the field split section names at dots, strip quotes,
 * and cut values at `;` or `#`. Throws SettingsError with the line's number.
 */
export function parseIni(text: string): IniSection[] {
  const sections: IniSection[] = [];
  let option: { name: string; indent: number } | undefined;

  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;

    const section = sections.at(-1);
    const indent = raw.length - raw.trimStart().length;
    if (section && option && indent > option.indent) {
      section.options.set(option.name, `${section.options.get(option.name)}\n${line}`.trimStart());
      continue;
    }

    if (line.startsWith('[')) {
      sections.push({ name: sectionName(line, index + 1, sections), options: new Map() });
      option = undefined;
      continue;
    }

    if (!section)
      throw new SettingsError(`line ${index + 1}: "${firstWord(line)}" stands before the first [section]`);
    const { name, value } = splitOption(line, index + 1);
    if (section.options.has(name))
      throw new SettingsError(`line ${index + 1}: [${section.name}] ${name} is set twice; keep one`);
    section.options.set(name, value);
    option = { name, indent };
  }
  return sections;
}

function sectionName(line: string, number: number, before: IniSection[]): string {
  if (!line.endsWith(']')) throw new SettingsError(`line ${number}: "${line}" lacks its closing ]`);
  const name = line.slice(1, -1).trim();
  if (name === '') throw new SettingsError(`line ${number}: [] needs a name`);
  if (before.some((section) => section.name === name))
    throw new SettingsError(`line ${number}: [${name}] stands twice; put its options together`);
  return name;
}

function splitOption(line: string, number: number): { name: string; value: string } {
  const at = line.indexOf('=');
  if (at < 1)
    throw new SettingsError(`line ${number}: "${firstWord(line)}" is neither [section] nor option = value`);
  const [word = '', ...rest] = line.slice(0, at).trim().split('.');
  return { name: [word.toLowerCase(), ...rest].join('.'), value: line.slice(at + 1).trim() };
}

/** What an error quotes of a line: the rest of it may be a key or a password. */
function firstWord(line: string): string {
  return /^[^\s=]+|^=/.exec(line)?.[0] ?? '';
}
