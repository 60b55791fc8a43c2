import { constants } from 'node:os';
import { basename } from 'node:path';
import { statusOf } from '../proc.ts';

const HANGUP_BIT = 1n << BigInt(constants.signals.SIGHUP - 1);

/**
 * Whether we were started deaf to SIGHUP, as by nohup(1), which Node has forgotten. Whoever started us is deaf to it too then, or
 * was replaced by nohup: of that a shell leaves the name in $_. Nothing else is ignored for good in front of a job; system(3)
 * and time(1) ignore SIGINT themselves and not for their children.
 */
export function isHangupIgnored(): boolean {
  if (basename(process.env._ ?? '') === 'nohup') return true;
  return (BigInt(`0x${statusOf(process.ppid, 'SigIgn') ?? '0'}`) & HANGUP_BIT) !== 0n;
}
