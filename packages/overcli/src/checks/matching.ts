/** A regular expression as JavaScript has them. */
export function regex(flags: string): (text: string) => RegExp {
  return (text) => {
    try {
      return new RegExp(text, flags);
    } catch (error) {
      throw new Error(`must be a regular expression: ${(error as Error).message}`);
    }
  };
}

/** What is to be found in a text. */
export interface Wanted {
  string: string[];
  regex: RegExp[];
}

/** The options `-s` and `-r` for a text. */
export function wantedOptions(where: string) {
  return {
    string: {
      read: String,
      value: 'TEXT',
      short: 's',
      many: true,
      help: `A text that must be in ${where}; otherwise it is ERR.`,
      example: 'Welcome',
    },
    regex: {
      read: regex('mu'),
      value: 'REGEX',
      short: 'r',
      many: true,
      help: `A regular expression that must match in ${where}.`,
      example: '^status: (up|idle)$',
    },
  } as const;
}

/** What of the wanted is not in a text, in words; undefined when all is there. */
export function missingIn(text: string, { string, regex }: Wanted): string | undefined {
  const absent = string.find((one) => !text.includes(one));
  if (absent !== undefined) return `${JSON.stringify(absent)} is not in it`;
  const unmatched = regex.find((one) => !one.test(text));
  return unmatched && `${unmatched} does not match`;
}
