/** How the lines of a log are wrapped, as a person chooses it. */
import { ClearError } from '@resetscope/telemetry';
import type { LogFormat } from './container-record.ts';

/** `auto`: told by the first line that tells it, and kept from then on, because clients can forge later lines. */
export type FormatChoice = LogFormat | 'auto';

/** Value of --format; undefined: `auto`. @throws ClearError RS_USAGE */
export function parseFormatChoice(text: string | undefined): FormatChoice {
  if (text === undefined) return 'auto';
  if (text === 'auto' || text === 'nginx' || text === 'container') return text;
  throw new ClearError('RS_USAGE', `expected --format to be auto, nginx or container, got ${JSON.stringify(text)}`);
}
