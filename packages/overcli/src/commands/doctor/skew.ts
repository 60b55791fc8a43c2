import { parseTime } from '../../clock.ts';
import { type Finding, ok, type Probe, type ToldTime, warning } from './finding.ts';

/** A header `Date` tells whole seconds, so the collector's clock may show as much more. */
const RESOLUTION_MS = 1000;
const TOLERATED_MS = 1000;

/** How far is this machine's clock off the collector's? */
export const skew: Probe = {
  name: 'clock',
  probe: ({ toldTimes }) => toldTimes.map(judge),
};

function judge({ from, date, before, after }: ToldTime): Finding {
  const told = parseTime(date);
  const least = before - (told + RESOLUTION_MS);
  const most = after - told;
  const isAhead = least > TOLERATED_MS;
  if (!isAhead && !(most < -TOLERATED_MS)) return ok(`this machine's clock agrees with that of ${from}`);
  const seconds = Math.round(Math.abs(least + most) / 2 / 1000);
  return warning(
    `this machine's clock is about ${seconds} s ${isAhead ? 'ahead of' : 'behind'} that of ${from}`,
    'have both set by NTP (timedatectl set-ntp true); reports that come late are corrected for it, the times of cron are not',
  );
}
