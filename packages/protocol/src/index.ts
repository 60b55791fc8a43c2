export * from './duration.ts';
export * from './errors.ts';
export { MAX_NAME_LENGTH, MAX_PERIOD_SECONDS } from './fields.ts';
export * from './ini.ts';
export { parseJson } from './json.ts';
export * from './schedule.ts';
export * from './settings.ts';
export * from './state.ts';
export * from './wire.ts';
