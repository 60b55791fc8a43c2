export { helpOf, listOf } from './checks/help.ts';
export { checks } from './checks/index.ts';
export { commands } from './cli.ts';
export { MONITOR_OPTIONS, readMonitorFile, SERVICE_OPTIONS } from './sources/ini.ts';
