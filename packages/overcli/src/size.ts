const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const STEP = 1024;

/** Bytes in a size: `100`, `10k`, `1.5M`, `2GiB`, `1TB`; a letter is a power of 1024. Undefined when the text is none. */
export function parseSize(text: string): number | undefined {
  const [, digits, letter = ''] = /^(\d{1,15}(?:\.\d{1,6})?) ?([kmgtp]?)(?:i?b)?$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const power = letter === '' ? 0 : 'kmgtp'.indexOf(letter.toLowerCase()) + 1;
  return Math.round(Number(digits) * STEP ** power);
}

/** A size for people: `74.2 GiB`. */
export function formatSize(bytes: number): string {
  const power = bytes < STEP ? 0 : Math.min(Math.floor(Math.log(bytes) / Math.log(STEP)), UNITS.length - 1);
  const amount = bytes / STEP ** power;
  return `${power === 0 ? amount : amount.toFixed(1)} ${UNITS[power]}`;
}
