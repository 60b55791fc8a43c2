/** Keeps the first bytes of a stream and counts the rest away. */
export class Capture {
  readonly #chunks: Buffer[] = [];
  #room: number;
  truncated = false;

  /** @param maxBytes how much is kept */
  constructor(maxBytes: number) {
    this.#room = maxBytes;
  }

  add(chunk: Buffer): void {
    if (chunk.length > this.#room) this.truncated = true;
    if (this.#room === 0) return;
    const kept = chunk.subarray(0, this.#room);
    this.#chunks.push(kept);
    this.#room -= kept.length;
  }

  /** What was kept, as text: invalid UTF-8 becomes U+FFFD, and a character cut in half at the end is left out. */
  text(): string {
    return new TextDecoder().decode(Buffer.concat(this.#chunks), { stream: this.truncated });
  }
}
