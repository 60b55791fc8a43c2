import { isOnPath } from './installed.mjs';
import { pushgateway } from './pushgateway.mjs';

/** Every peer is {name, isInstalled(), measure(context) → [{what, perSecond, …}]}; one without `measure` is named only. */
export const peers = {
  pushgateway,
  icinga2: { name: 'Icinga 2', isInstalled: () => isOnPath('icinga2') },
  zabbix: { name: 'Zabbix', isInstalled: () => isOnPath('zabbix_server') },
};
