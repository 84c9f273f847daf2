/** What the two rules about a client's reset after the complete response share. */
import type { CaseFile } from '../case-file.ts';
import { evidence } from '../evidence.ts';
import type { Evidence } from '../incident.ts';
import { peerReset, requestClaim, resetClaim, responseClaim } from './reset-facts.ts';

/** Null: the client did not reset after the complete response, or its RST does not tell of unread bytes as asked. */
export function afterComplete(c: CaseFile, unread: boolean): readonly [Evidence, ...Evidence[]] | null {
  const reset = peerReset(c);
  if (c.leg !== 'client' || reset === null || reset.windowGrew !== unread) return null;
  if (c.phase !== 'idle' && c.phase !== 'lingering') return null;
  const fin = c.stream.endings.find((e) => e.kind === 'fin' && e.from === 'responder');
  const close =
    fin === undefined || c.phase === 'idle'
      ? evidence(
          c.stream,
          'the connection was kept open for further requests; the client reset it instead of closing it',
          reset.frameNumber,
        )
      : evidence(
          c.stream,
          'nginx had sent FIN; the client answered with RST instead of its own FIN',
          fin.frameNumber,
          reset.frameNumber,
        );
  return [requestClaim(c), responseClaim(c), resetClaim(c, reset), close];
}
