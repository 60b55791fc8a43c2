export { type App, type AppOptions, createApp } from './app.ts';
export { type Clock, wallClock } from './clock.ts';
export { type Config, loadConfig } from './config.ts';
export { ALERT_OPTIONS, OVERC_OPTIONS, PEER_OPTIONS, STATUS_OPTIONS } from './options.ts';
