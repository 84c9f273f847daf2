/** The claims of a verdict by packet: what ladder and capture say at each frame. */
import type { Evidence } from '@resetscope/diagnosis';

/** frame.number -> its claims, in order, joined by `. `. A claim stands once, at the last packet that shows it. */
export function evidenceNotes(evidence: readonly Evidence[]): ReadonlyMap<number, string> {
  const notes = new Map<number, string>();
  for (const { claim, frames } of evidence) {
    const last = frames.at(-1);
    if (last === undefined) continue;
    const before = notes.get(last);
    notes.set(last, before === undefined ? claim : `${before}. ${claim}`);
  }
  return notes;
}
