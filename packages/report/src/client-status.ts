/** What nginx answered its client although an upstream had failed: from the access log, else from the client's connection. */
import type { Incident } from '@resetscope/diagnosis';

/** Null for the client's own connection, and when nothing tells. */
export function clientStatus({
  leg,
  access,
  otherLeg,
  ladder,
}: Pick<Incident, 'leg' | 'access' | 'otherLeg' | 'ladder'>): number | null {
  if (leg !== 'upstream') return null;
  if (access?.status != null) return access.status;
  const failedUs = ladder.find(({ kind }) => kind === 'reset')?.atUs ?? null;
  if (otherLeg === undefined || failedUs === null) return null;
  const answer = otherLeg.ladder.find(
    ({ from, atUs, label }) => from === 'responder' && atUs >= failedUs && STATUS.test(label),
  );
  return answer === undefined ? null : Number(answer.label.slice(0, 3));
}

/** How flow labels a packet that starts a response: `502`, also `HEADERS[1]: 502` in HTTP/2, which is left out here. */
const STATUS = /^[1-5]\d\d(?!\d)/;
