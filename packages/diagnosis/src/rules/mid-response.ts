/** What the two rules about a client's reset inside the response share. */
import type { CaseFile } from '../case-file.ts';
import { evidence } from '../evidence.ts';
import type { Evidence } from '../incident.ts';
import { peerReset, resetClaim, responseClaim } from './reset-facts.ts';

/** Null: the client did not reset inside the response, or its RST does not tell of unread bytes as asked. */
export function midResponse(c: CaseFile, unread: boolean): readonly [Evidence, ...Evidence[]] | null {
  const reset = peerReset(c);
  if (c.leg !== 'client' || reset === null || c.phase !== 'response' || reset.windowGrew !== unread) return null;
  const last = c.stream.segments.findLast((s) => s.from === 'originator' && s.frameNumber < reset.frameNumber);
  const window = unread
    ? `its window grew from ${last?.window ?? 0} to ${reset.window} in the RST: it closed with bytes unread`
    : 'its window did not grow in the RST: nothing unread shows';
  return [responseClaim(c), resetClaim(c, reset), evidence(c.stream, window, last?.frameNumber, reset.frameNumber)];
}
