import { toIso } from '../clock.ts';
import { alertText } from '../core/alert.ts';
import type { ClaimedDelivery } from '../store/deliveries.ts';

/** What a channel is given. */
export interface Message {
  text: string;
  /** What a command finds in its environment. */
  variables: Record<string, string>;
}

/** The message of a delivery. `OVERC_DELIVERY_ID` stays the same when it is repeated, so that a receiver can drop the repeat. */
export function messageOf(delivery: ClaimedDelivery, baseUrl: string): Message {
  const { id, alert, serviceId, overSince } = delivery;
  return {
    text: `${alertText(alert)}${overSince === undefined ? '' : lateText(alert.at, overSince)}`,
    variables: {
      OVERC_DELIVERY_ID: String(id),
      OVERC_KIND: alert.kind,
      OVERC_AT: toIso(alert.at),
      OVERC_OVER_SINCE: overSince === undefined ? '' : toIso(overSince),
      OVERC_SERVER: alert.server ?? '',
      OVERC_SERVICE: alert.service ?? '',
      OVERC_URL: serviceId === null ? `${baseUrl}alerts` : `${baseUrl}services/${serviceId}`,
    },
  };
}

/** The line that marks a message as late. */
function lateText(at: number, overSince: number): string {
  return `Late: this is of ${toIso(at)}, and over since ${toIso(overSince)}.\n`;
}
