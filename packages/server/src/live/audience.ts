import { type Frame, frameOf } from './frame.ts';
import { inSlices } from './slices.ts';
import type { Stream } from './stream.ts';

/** Makes a page as it is now; undefined when there is none to send. */
export type Make = () => Promise<string | undefined>;

/** All who look at one address. Each has a way to make its page, so that nothing is kept of who has left. */
export interface Audience {
  makes: Map<Stream, Make>;
  /** What they were sent last, to know whether it is another page now. */
  last?: { text: string; frame: Frame } | undefined;
}

/** Makes the page once, and sends the same bytes to each stream that was not sent them last. Where it cannot be made, whoever fetches it hears why. */
export async function showAnew(audience: Audience): Promise<void> {
  const page = await renew(audience).catch(() => undefined);
  await inSlices(audience.makes.keys(), (stream) => (page ? stream.show(page) : stream.tell()));
}

async function renew(audience: Audience): Promise<Frame | undefined> {
  const { last } = audience;
  audience.last = undefined;
  const [make] = audience.makes.values();
  const text = await make?.();
  if (text === undefined) return undefined;
  audience.last = text === last?.text ? last : { text, frame: await frameOf('page', text) };
  return audience.last.frame;
}
