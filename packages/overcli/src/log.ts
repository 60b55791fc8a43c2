/** What a person may follow on standard error; how much of it, `-v` decides. */
export interface Log {
  /** Failures and changes: always shown. */
  notice(text: string): void;
  /** What is done: `-v`. */
  info(text: string): void;
  /** How it is done: `-vv`. */
  debug(text: string): void;
}

export interface LogOptions {
  write: (line: string) => void;
  /** How often `-v` was given. */
  verbosity: number;
  /** What every line begins with, such as the time. */
  prefix: () => string;
}

/** A log of single lines, whatever the texts hold: a collector's answer must not steer a terminal. */
export function createLog({ write, verbosity, prefix }: LogOptions): Log {
  const at = (least: number) => (text: string) => {
    if (verbosity >= least) write(`${prefix()} ${oneLine(text)}\n`);
  };
  return { notice: at(0), info: at(1), debug: at(2) };
}

/** `text` on one line: control characters, line breaks among them, become a space. */
export function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}
