import type { RemovalView } from '../../store/views/removal.ts';
import type { ServerView } from '../../store/views/servers.ts';
import type { ServiceView } from '../../store/views/services.ts';
import { countText } from './times.ts';

/** What people can change on the page of a server or service. */
export interface Controls {
  /** The name that it reports by, where a title is shown in place of it. */
  name: string | undefined;
  paused: boolean;
  /** What is not told of it, and why. */
  note: string | undefined;
  /** Pause and resume it, as far as that changes anything. */
  toggles: { action: string; text: string }[];
  renameHref: string;
  removeHref: string;
}

export function serviceControls({ id, name, title, paused }: ServiceView): Controls {
  const href = `/services/${id}`;
  return {
    name: title === null ? undefined : name,
    paused,
    note: paused ? 'It is recorded, and raises no alert.' : undefined,
    toggles: [
      paused ? { action: `${href}/resume`, text: 'Resume' } : { action: `${href}/pause`, text: 'Pause' },
    ],
    renameHref: `${href}/rename`,
    removeHref: `${href}/remove`,
  };
}

/** What is paused of a server are its services, all or some of them. */
export function serverControls({ id, name, title, services, paused }: ServerView): Controls {
  const href = `/servers/${id}`;
  const pause = { action: `${href}/pause`, text: 'Pause all' };
  const resume = { action: `${href}/resume`, text: 'Resume all' };
  return {
    name: title === null ? undefined : name,
    paused: paused > 0,
    note:
      paused > 0
        ? `${paused} of ${countText(services, 'service')}; recorded, and raising no alert.`
        : undefined,
    toggles: [...(paused < services ? [pause] : []), ...(paused > 0 ? [resume] : [])],
    renameHref: `${href}/rename`,
    removeHref: `${href}/remove`,
  };
}

/** What is asked before something is removed. */
export interface RemovalQuestion {
  /** Such as `disk on web1`. */
  name: string;
  /** What goes with it, such as `3 alerts`; nothing of which there is none. */
  goes: string[];
  /** What comes after it. */
  after: string;
  action: string;
  backHref: string;
}

export function serviceRemoval({ id, name, server }: ServiceView, counts: RemovalView): RemovalQuestion {
  const href = `/services/${id}`;
  return {
    name: `${name} on ${server}`,
    goes: goesOf(counts),
    after: 'If it is reported again, it starts anew.',
    action: `${href}/remove`,
    backHref: href,
  };
}

export function serverRemoval({ id, name }: ServerView, counts: RemovalView): RemovalQuestion {
  const href = `/servers/${id}`;
  return {
    name,
    goes: ['its key', ...goesOf(counts)],
    after: 'If it reports again, it starts anew, and the key that comes first is registered.',
    action: `${href}/remove`,
    backHref: href,
  };
}

function goesOf({ services, spans, alerts, owed }: RemovalView): string[] {
  const counted: [number, string][] = [
    [services, 'service'],
    [spans, 'span'],
    [alerts, 'alert'],
  ];
  const goes = counted.filter(([count]) => count > 0).map(([count, noun]) => countText(count, noun));
  return owed > 0 ? [...goes, `${countText(owed, 'notification')} still to be delivered`] : goes;
}
