export { commands } from './cli.ts';
export { EXIT_CODES, OPTIONS } from './options.ts';
export { MONITOR_OPTIONS, readMonitorFile, SERVICE_OPTIONS } from './sources/ini.ts';
