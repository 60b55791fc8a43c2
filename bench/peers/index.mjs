import { icinga2 } from './icinga2.mjs';
import { pushgateway } from './pushgateway.mjs';
import { zabbix } from './zabbix.mjs';

/** Every peer is {name, isInstalled(), measure(context) → [{what, perSecond, …}]}. */
export const peers = { pushgateway, icinga2, zabbix };
