import { warmLoop } from '../capacity.mjs';
import { QUIET_PERIOD_SECONDS, SERVICES_PER_SERVER, statusHalves } from '../population.mjs';
import { withYardstick } from '../stage.mjs';

/** How many POSTs a second the yardstick takes of what OverC would be sent for so many servers. */
export async function yardstickFor({ servers, perPost, seconds }) {
  const services = SERVICES_PER_SERVER * servers;
  const load = statusHalves({ services, perPost, period: QUIET_PERIOD_SECONDS });
  const { perSecond } = await withYardstick((server) => warmLoop(server, load, seconds));
  return perSecond;
}
