/** A key that no error may repeat. */
export const KEY = 'k3y-0f-a';

export const SERVER = { name: 'web1', key: KEY };

/** A body as it arrives: text as it is, bytes as they are, anything else as JSON. */
export function bytes(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
}
