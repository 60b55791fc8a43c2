import { readAddress } from '../../report/address.ts';
import { destinationsOf } from './destinations.ts';
import { ok, type Probe } from './finding.ts';

/** Which proxy is on the way? Whether it lets us through shows with the collector. */
export const proxy: Probe = {
  name: 'proxy',
  probe(patient) {
    return destinationsOf(patient).flatMap(({ shown, proxy: on }) =>
      on ? [ok(`${shown} is reached through ${readAddress(on.url).shown}, as ${on.source} says`)] : [],
    );
  },
};
