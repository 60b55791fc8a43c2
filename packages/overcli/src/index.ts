export { commands } from './cli.ts';
export { readMonitorFile } from './sources/ini.ts';
export { MONITOR_OPTIONS, SERVICE_OPTIONS } from './sources/options.ts';
