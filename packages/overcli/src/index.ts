export { helpOf, listOf } from './checks/help.ts';
export { checks } from './checks/index.ts';
export { commands } from './cli.ts';
export { CHECK, EXIT_CODES, OPTIONS } from './options.ts';
export { MONITOR_OPTIONS, readMonitorFile, SERVICE_OPTIONS } from './sources/ini.ts';
