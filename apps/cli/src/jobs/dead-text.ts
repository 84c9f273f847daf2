/** A dead letter for people: when, which, why, and the line, with what could disturb a terminal made visible. */
import type { DeadLetter } from '@resetscope/jobs';
import { visibleText } from '@resetscope/report';

/** Longest line shown, characters. */
const MAX_LINE_LEN = 160;

export function deadText({ id, reason, failedAtMs, payload }: DeadLetter): string {
  const when = new Date(failedAtMs).toISOString();
  const { file, offset, raw } = fieldsOf(payload);
  const place = file === undefined ? '' : `  ${visibleText(file)}${offset === undefined ? '' : ` at ${offset}`}\n`;
  const line =
    raw === undefined ? '' : `  ${visibleText(raw.slice(0, MAX_LINE_LEN))}${raw.length > MAX_LINE_LEN ? '…' : ''}\n`;
  return `${when}  ${visibleText(id)}\n  ${visibleText(reason)}\n${place}${line}`;
}

interface Fields {
  readonly file?: string;
  readonly offset?: number;
  readonly raw?: string;
}

/** The payload may be anything: that may be why it is dead. */
function fieldsOf(payload: unknown): Fields {
  if (typeof payload !== 'object' || payload === null) return {};
  const { file, offset, raw } = payload as Readonly<Record<string, unknown>>;
  return {
    ...(typeof file === 'string' ? { file } : {}),
    ...(typeof offset === 'number' ? { offset } : {}),
    ...(typeof raw === 'string' ? { raw } : {}),
  };
}
