import { WireError } from './errors.ts';

/** Deep enough for any additive field, shallow enough that nothing downstream can overflow the stack. */
const MAX_DEPTH = 16;
/** How much of an unread member's name an error repeats. */
const MAX_QUOTED_MEMBER = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The JSON value in `bytes`. Throws WireError when they are not UTF-8 or not JSON; it never quotes the body, which holds a key. */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new WireError('body', 'is not valid UTF-8');
  }
  if (text.trim() === '') throw new WireError('body', 'is empty; send a JSON object');
  try {
    return JSON.parse(text);
  } catch {
    const hint = /,\s*[\]}]/.test(text) ? '; there may be no comma before ] or }' : '';
    throw new WireError('body', `is not valid JSON${hint}`);
  }
}

export type JsonObject = Record<string, unknown>;

/** `value` as an object whose members outside `known` are harmless, since newer clients may send more than we read. */
export function asObject(value: unknown, path: string, known: ReadonlySet<string>): JsonObject {
  if (value === undefined) throw new WireError(path, 'is missing');
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new WireError(path, `must be an object, not ${kindOf(value)}`);
  for (const member in value) {
    if (!known.has(member)) refuseHarmful(member, (value as JsonObject)[member], memberPath(path, member));
  }
  return value as JsonObject;
}

/** The path of an unread member, whose name may be as long and as odd as its sender likes. */
function memberPath(path: string, member: string): string {
  const name = member.slice(0, MAX_QUOTED_MEMBER).toWellFormed();
  return path === 'body' ? name : `${path}.${name}`;
}

/** `value` as a list. */
export function asList(value: unknown, path: string): unknown[] {
  if (value === undefined) throw new WireError(path, 'is missing');
  if (!Array.isArray(value)) throw new WireError(path, `must be a list, not ${kindOf(value)}`);
  return value;
}

/** What JSON calls the kind of `value`. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Walks an unread member without recursion: no `__proto__` anywhere in it, and no deeper than MAX_DEPTH. */
function refuseHarmful(name: string, value: unknown, path: string): void {
  if (name === '__proto__') throw new WireError(path, 'is not a field; remove it');
  const open: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  for (let item = open.pop(); item; item = open.pop()) {
    if (typeof item.value !== 'object' || item.value === null) continue;
    if (item.depth > MAX_DEPTH) throw new WireError(path, `is nested deeper than ${MAX_DEPTH} levels`);
    for (const [member, inner] of Object.entries(item.value)) {
      if (member === '__proto__') throw new WireError(path, 'holds a member named __proto__; remove it');
      open.push({ value: inner, depth: item.depth + 1 });
    }
  }
}
