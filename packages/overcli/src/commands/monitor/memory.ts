import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the space for new objects as small as it is at the start. A monitor makes few objects at a time, but for ever, and V8
 * would let that space grow to some 40 MB, all of which is copied for each plugin that is started (fork(2)).
 */
export function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
