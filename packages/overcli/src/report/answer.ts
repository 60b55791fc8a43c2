import type { Dispatcher } from 'undici';

/** What an address answered. */
export interface Answer {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  text: string;
}

/** What of it a collector would have said. */
export type ParsedAnswer = { ok?: unknown; pong?: unknown; error?: unknown };

/** Takes it apart; empty when it is no JSON object. */
export function parseAnswer(text: string): ParsedAnswer {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}

/** What a status without an explanation may mean, and what to do. */
export function explainStatus(status: number): string {
  if (status === 401) return 'it wants credentials; put them in the address: http://user:password@host:port/';
  if (status === 413) return 'the report is too large for it';
  if (status === 429) return 'too many requests';
  if (status >= 500) return 'it is overloaded or being repaired; try again later';
  if (status >= 300 && status < 400) return 'it has moved; use the address it has now';
  return 'this is not what an OverC collector says; check the address';
}

/** Seconds in a Retry-After header, as milliseconds. A date there, which no collector sends, is not read. */
export function readRetryAfter(header: string | string[] | undefined): number | undefined {
  const seconds = [header].flat()[0];
  return seconds !== undefined && /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}
