import { MAX_NAME_LENGTH } from '@overc/protocol';
import { badRequest } from '../errors.ts';

/** A title as it is stored, without spaces around it. Throws badRequest. */
export function parseTitle(text: string): string {
  const title = text.trim();
  if (title === '') throw badRequest('title is empty');
  if (!title.isWellFormed()) throw badRequest('title holds half of a surrogate pair');
  if ([...title].length > MAX_NAME_LENGTH)
    throw badRequest(`title is longer than ${MAX_NAME_LENGTH} characters`);
  return title;
}
