export { commands } from './cli.ts';
export { MONITOR_OPTIONS, readMonitorFile, SERVICE_OPTIONS } from './sources/ini.ts';
