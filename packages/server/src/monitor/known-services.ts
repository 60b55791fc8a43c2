import { STATES, type State } from '@overc/protocol';

/** What was last seen of a service, and of the pulse that it belongs to. */
export interface KnownService {
  pulseId: number;
  version: number;
  members: number;
  slot: number;
  state: State;
  periodSeconds: number;
}

const FIRST_CAPACITY = 1024;

/**
 * Many known services in few bytes, each by a number of its own: a million of them as objects are hundreds of
 * megabytes, and the garbage collector walks them again and again.
 */
export class KnownServices {
  #count = 0;
  #pulseIds = new Float64Array(FIRST_CAPACITY);
  #versions = new Float64Array(FIRST_CAPACITY);
  #members = new Uint32Array(FIRST_CAPACITY);
  #slots = new Uint32Array(FIRST_CAPACITY);
  #periods = new Uint32Array(FIRST_CAPACITY);
  #states = new Uint8Array(FIRST_CAPACITY);

  /** Adds a service; returns its number. */
  add(service: KnownService): number {
    if (this.#count === this.#states.length) this.#grow();
    const number = this.#count++;
    this.set(number, service);
    return number;
  }

  set(number: number, { pulseId, version, members, slot, state, periodSeconds }: KnownService): void {
    this.#pulseIds[number] = pulseId;
    this.#versions[number] = version;
    this.#members[number] = members;
    this.#slots[number] = slot;
    this.#periods[number] = periodSeconds;
    this.#states[number] = STATES.indexOf(state);
  }

  /** The service, if it was last seen in this state and with this period. */
  find(number: number, state: State, periodSeconds: number): KnownService | undefined {
    if (this.#periods[number] !== periodSeconds || STATES[this.#states[number] as number] !== state)
      return undefined;
    return {
      pulseId: this.#pulseIds[number] as number,
      version: this.#versions[number] as number,
      members: this.#members[number] as number,
      slot: this.#slots[number] as number,
      state,
      periodSeconds,
    };
  }

  #grow(): void {
    const capacity = 2 * this.#count;
    const grown = <T extends { set(from: T): void }>(column: T, larger: T): T => {
      larger.set(column);
      return larger;
    };
    this.#pulseIds = grown(this.#pulseIds, new Float64Array(capacity));
    this.#versions = grown(this.#versions, new Float64Array(capacity));
    this.#members = grown(this.#members, new Uint32Array(capacity));
    this.#slots = grown(this.#slots, new Uint32Array(capacity));
    this.#periods = grown(this.#periods, new Uint32Array(capacity));
    this.#states = grown(this.#states, new Uint8Array(capacity));
  }
}
