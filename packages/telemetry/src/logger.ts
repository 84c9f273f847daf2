/** Structured logs on stderr, one JSON object a line; LOG_LEVEL chooses the level (default info). */
import { destination, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export function createLogger(app: string): Logger {
  return pino({ name: `resetscope-${app}`, level: process.env['LOG_LEVEL'] ?? 'info' }, destination(2));
}
