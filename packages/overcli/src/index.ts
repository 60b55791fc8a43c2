export { helpOf, listOf } from './checks/help.ts';
export { checks } from './checks/index.ts';
export { commands } from './cli.ts';
export { formOfCommand } from './command.ts';
export { CHECK, EXIT_CODES, OPTIONS } from './options.ts';
export { readMonitorFile } from './sources/ini.ts';
export { MONITOR_OPTIONS, SERVICE_OPTIONS } from './sources/options.ts';
