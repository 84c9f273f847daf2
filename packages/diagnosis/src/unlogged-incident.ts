/** A connection without a line as an incident of its own, for whoever keeps incidents one by one: live. The ladder is report's. */
import { endpointText } from '@resetscope/wire';
import type { CaseFile } from './case-file.ts';
import { trustOf } from './diagnose.ts';
import type { Incident } from './incident.ts';
import type { Silence } from './silence.ts';
import type { Unlogged } from './unlogged.ts';

/** Its line is empty, and the request is what the packets show; loggedAt is the time of the FIN or RST that ended it. */
export interface UnloggedIncident extends Incident {
  readonly why: Silence;
}

/** lostPackets: of the capture while the connection lived; null when it cannot tell. */
export function unloggedIncident(file: CaseFile, found: Unlogged, lostPackets: number | null): UnloggedIncident {
  const { endedAt, ...verdict } = found;
  const { originator, responder, proxyHeader } = file.stream;
  const { method = null, target = null, host = null } = file.stream.last.exchange ?? {};
  const isClient = file.leg === 'client';
  return {
    ...verdict,
    line: { file: '', lineNumber: 0, offset: null, raw: '' },
    loggedAt: endedAt,
    status: 'matched',
    reason: null,
    alternatives: [],
    ladder: [],
    trust: trustOf(file, null, { lostPackets, clockOffsetUs: 0 }),
    request: { method, target, host },
    client: isClient ? (proxyHeader?.sourceAddress ?? originator.address) : null,
    upstream: isClient ? null : endpointText(responder.address, responder.port),
  };
}
