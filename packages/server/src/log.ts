import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type Log = Logger;
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON lines for machines, readable lines on a terminal. No body is ever logged, since bodies hold keys. */
export function createLog(level: LogLevel): Log {
  if (!process.stdout.isTTY) return pino({ level, base: null });
  return pino(
    { level, base: null },
    pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }),
  );
}
