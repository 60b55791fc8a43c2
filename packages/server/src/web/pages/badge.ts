import { percentText } from './uptime.ts';

/** A flat badge of two parts, in pixels. */
export interface BadgePicture {
  label: string;
  value: string;
  labelWidth: number;
  valueWidth: number;
  width: number;
  fill: string;
  /** Middle and length of each text; browsers whose letters are wider squeeze them. */
  labelText: { x: number; length: number };
  valueText: { x: number; length: number };
}

const PADDING = 6;
/** About as wide as Verdana's letters at 11 pixels, and those of scripts that need twice the room. */
const LETTER_WIDTH = 6.6;
const WIDE_LETTER_WIDTH = 11;
const FIRST_WIDE_LETTER = 0x1100;
const MOST_LETTERS = 40;

const UP = '#2b8a3e';
const DOWN = '#c92a2a';
const UNKNOWN = '#6c757d';

/** What a badge says of something that is up, down, or not known. */
export function badgePicture(
  title: string,
  { isUp, uptime }: { isUp: boolean | undefined; uptime: number | undefined },
): BadgePicture {
  const label = plainText(title);
  const value = wordsFor(isUp, uptime);
  const [labelLength, valueLength] = [lengthOf(label), lengthOf(value)];
  const [labelWidth, valueWidth] = [labelLength + 2 * PADDING, valueLength + 2 * PADDING];
  return {
    label,
    value,
    labelWidth,
    valueWidth,
    width: labelWidth + valueWidth,
    fill: isUp === undefined ? UNKNOWN : isUp ? UP : DOWN,
    labelText: { x: labelWidth / 2, length: labelLength },
    valueText: { x: labelWidth + valueWidth / 2, length: valueLength },
  };
}

function wordsFor(isUp: boolean | undefined, uptime: number | undefined): string {
  if (isUp === undefined) return 'unknown';
  if (!isUp) return 'down';
  return uptime === undefined ? 'up' : `up ${percentText(uptime)}`;
}

/** Marks that turn the direction of what follows, which an image has no box against. */
const DIRECTION_MARKS = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
/** What no XML may hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const NOT_IN_XML = /[\u0000-\u001f\u007f\ufffe\uffff]|\p{Surrogate}/gu;

/** A text as a picture can show it, cut where it is too long. */
function plainText(text: string): string {
  const letters = [
    ...text
      .slice(0, 16 * MOST_LETTERS)
      .replace(DIRECTION_MARKS, '')
      .replace(NOT_IN_XML, ' '),
  ];
  return letters.length > MOST_LETTERS ? `${letters.slice(0, MOST_LETTERS - 1).join('')}…` : letters.join('');
}

function lengthOf(text: string): number {
  const widths = [...text].map((letter) =>
    (letter.codePointAt(0) as number) < FIRST_WIDE_LETTER ? LETTER_WIDTH : WIDE_LETTER_WIDTH,
  );
  return Math.ceil(widths.reduce((sum, width) => sum + width, 0));
}
