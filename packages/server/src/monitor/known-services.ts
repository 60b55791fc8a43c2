import { STATES, type State } from '@overc/protocol';
import type { Sighting } from '../store/services.ts';

/** What was last seen of a service, and of the pulse that it belongs to. */
type KnownService = Omit<Sighting, 'name' | 'reportedTitle' | 'wakeAt'> & { wakeAt: number };

const FIELDS = 8;
const WAKE_AT = 7;
const FIRST_CAPACITY = 1024;

/**
 * Many known services in few bytes, each by a number of its own and side by side in one array: a million of them as
 * objects are hundreds of megabytes, and the garbage collector walks them again and again.
 */
export class KnownServices {
  #count = 0;
  #fields = new Float64Array(FIRST_CAPACITY * FIELDS);
  /** Titles of those whose reports give them one. */
  readonly #titles = new Map<number, string>();

  /** Adds a service; returns its number. */
  add(service: Omit<Sighting, 'name'>): number {
    if (this.#count * FIELDS === this.#fields.length) this.#grow();
    this.set(this.#count, service);
    return this.#count++;
  }

  set(number: number, service: Omit<Sighting, 'name'>): void {
    const { pulseId, version, members, slot, state, periodSeconds, graceSeconds, wakeAt, reportedTitle } =
      service;
    const row = [pulseId, version, members, slot, STATES.indexOf(state), periodSeconds, graceSeconds];
    this.#fields.set(row, number * FIELDS);
    this.noteWakeUp(number, wakeAt);
    if (reportedTitle === null) this.#titles.delete(number);
    else this.#titles.set(number, reportedTitle);
  }

  /** Empty for a service whose reports give it none. */
  titleOf(number: number): string {
    return this.#titles.get(number) ?? '';
  }

  /** When the sweep was last known to look at its pulse next; null: never. */
  noteWakeUp(number: number, wakeAt: number | null): void {
    this.#fields[number * FIELDS + WAKE_AT] = wakeAt ?? Number.POSITIVE_INFINITY;
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
      graceSeconds: field(6),
      wakeAt: field(WAKE_AT),
    };
  }

  #grow(): void {
    const larger = new Float64Array(2 * this.#fields.length);
    larger.set(this.#fields);
    this.#fields = larger;
  }
}
