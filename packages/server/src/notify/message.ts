import { alertText } from '../core/alert.ts';
import type { ClaimedDelivery } from '../store/deliveries.ts';

/** What a channel is given. */
export interface Message {
  text: string;
  /** What a command finds in its environment. */
  variables: Record<string, string>;
}

/** The message of a delivery. `OVERC_DELIVERY_ID` stays the same when it is repeated, so that a receiver can drop the repeat. */
export function messageOf({ id, alert, serviceId }: ClaimedDelivery, baseUrl: string): Message {
  return {
    text: alertText(alert),
    variables: {
      OVERC_DELIVERY_ID: String(id),
      OVERC_KIND: alert.kind,
      OVERC_SERVER: alert.server ?? '',
      OVERC_SERVICE: alert.service ?? '',
      OVERC_URL: serviceId === null ? `${baseUrl}alerts` : `${baseUrl}services/${serviceId}`,
    },
  };
}
