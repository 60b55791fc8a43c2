import { STATES, type State } from '@overc/protocol';
import type { Sighting } from '../store/services.ts';

/** What was last seen of a service, and of the pulse that it belongs to. */
type KnownService = Omit<Sighting, 'name'>;

const FIELDS = 6;
const FIRST_CAPACITY = 1024;

/**
 * Many known services in few bytes, each by a number of its own and side by side in one array: a million of them as
 * objects are hundreds of megabytes, and the garbage collector walks them again and again.
 */
export class KnownServices {
  #count = 0;
  #fields = new Float64Array(FIRST_CAPACITY * FIELDS);

  /** Adds a service; returns its number. */
  add(service: KnownService): number {
    if (this.#count * FIELDS === this.#fields.length) this.#grow();
    this.set(this.#count, service);
    return this.#count++;
  }

  set(number: number, { pulseId, version, members, slot, state, periodSeconds }: KnownService): void {
    const row = [pulseId, version, members, slot, STATES.indexOf(state), periodSeconds];
    this.#fields.set(row, number * FIELDS);
  }

  get(number: number): KnownService {
    const from = number * FIELDS;
    const field = (place: number) => this.#fields[from + place] as number;
    return {
      pulseId: field(0),
      version: field(1),
      members: field(2),
      slot: field(3),
      state: STATES[field(4)] as State,
      periodSeconds: field(5),
    };
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#fields.length);
    larger.set(this.#fields);
    this.#fields = larger;
  }
}
