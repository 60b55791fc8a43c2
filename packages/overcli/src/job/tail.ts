import { stripVTControlCharacters } from 'node:util';

/** How much of a job's output is reported. */
const MOST_BYTES = 10 * 1024;
const IS_CONTINUATION = 0b1000_0000;
const CONTINUATION_MASK = 0b1100_0000;

/** Keeps the last bytes of what was printed. */
export class Tail {
  #kept = Buffer.alloc(0);
  #isCut = false;

  add(chunk: Buffer): void {
    const whole = chunk.length >= MOST_BYTES ? chunk : Buffer.concat([this.#kept, chunk]);
    this.#isCut ||= whole.length > MOST_BYTES || (whole === chunk && this.#kept.length > 0);
    this.#kept = Buffer.from(whole.subarray(-MOST_BYTES)); // a copy: the chunk belongs to a larger piece of memory
  }

  /** What was kept, as text that any database and terminal can take: no colours, no control characters, valid Unicode. */
  text(): string {
    const text = stripVTControlCharacters(
      new TextDecoder().decode(this.#kept.subarray(this.#firstCharacter())),
    )
      .replace(/\r\n?/g, '\n')
      .replace(/[^\P{Cc}\n\t]/gu, ' ')
      .trimEnd();
    return this.#isCut ? `… (the last ${MOST_BYTES / 1024} KiB)\n${text}` : text;
  }

  /** A character may have been cut in half. */
  #firstCharacter(): number {
    if (!this.#isCut) return 0;
    return Math.max(
      0,
      this.#kept.findIndex((byte) => (byte & CONTINUATION_MASK) !== IS_CONTINUATION),
    );
  }
}
