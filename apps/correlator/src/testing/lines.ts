/** Lines of the shop's log as the correlator sees them. */
import type { LogLine } from '@resetscope/diagnosis';
import { liveLine } from '../live-lines.ts';
import { jobOf, type LineParts, logText, START_US } from './shop.ts';

/** Read `atUs` after START_US. @throws Error when the text is no log entry. */
export function lineAt(atUs: number, parts: LineParts = {}): LogLine {
  const text = logText(parts);
  const line = liveLine(jobOf('web-1', START_US + atUs, text), 'UTC');
  if (line === null) throw new Error(`not a log entry: ${text}`);
  return line;
}
