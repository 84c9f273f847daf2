/** Both connections of one request on one clock: client, nginx, upstream. Rows are data; legs-text.ts and ladder-svg.ts draw them. */
import type { AccessFacts, Incident, JoinedBy, LadderRow, Leg, OtherLeg } from '@resetscope/diagnosis';

export interface LegRow extends LadderRow {
  readonly leg: Leg;
}

/** What stands at the three lifelines. */
export interface LegHeads {
  readonly client: string;
  readonly nginx: string;
  readonly upstream: string;
}

type TwoLegged = Pick<Incident, 'leg' | 'stream' | 'ladder' | 'otherLeg'>;

/** In order of time; empty when only one of the connections is known. */
export function legRows({ leg, ladder, otherLeg }: TwoLegged): readonly LegRow[] {
  if (otherLeg === undefined || leg === null) return [];
  const own = ladder.map((row): LegRow => ({ ...row, leg }));
  const others = otherLeg.ladder.map((row): LegRow => ({ ...row, leg: otherLeg.leg }));
  return [...own, ...others].sort((a, b) => a.atUs - b.atUs);
}

export function legHeads({ leg, stream, otherLeg }: TwoLegged): LegHeads {
  const client = leg === 'client' ? stream : otherLeg?.stream;
  const upstream = leg === 'upstream' ? stream : otherLeg?.stream;
  return {
    client: `client ${client?.originator ?? ''}`,
    nginx: 'nginx',
    upstream: `upstream ${upstream?.responder ?? ''}`,
  };
}

const JOIN_WORDS: Readonly<Record<JoinedBy, string>> = {
  'x-request-id': 'by its X-Request-ID',
  'access-log': 'by the port in the access log',
  'request-line-and-time': 'the only one with this request at that time',
};

/** `10.0.0.1:51234 → 10.0.0.2:80, by the port in the access log`. */
export function joinWords({ stream, joinedBy }: OtherLeg): string {
  return `${stream.originator} → ${stream.responder}, ${JOIN_WORDS[joinedBy]}`;
}

/** `status 504 after 1.002 s, upstream 10.0.1.3:8080 (502), request id 9231…`: what the access log says of the request. */
export function accessWords({
  status,
  requestTimeSeconds,
  upstreamAddrs,
  upstreamStatuses,
  requestId,
}: AccessFacts): string {
  const attempts = upstreamAddrs.map((addr, at) => `${addr} (${upstreamStatuses[at] ?? 'no answer'})`);
  return [
    `status ${status ?? 'not logged'}${requestTimeSeconds === null ? '' : ` after ${requestTimeSeconds} s`}`,
    ...(attempts.length === 0 ? [] : [`upstream ${attempts.join(', then ')}`]),
    ...(requestId === null ? [] : [`request id ${requestId}`]),
  ].join(', ');
}

/** What a packet carries, without the numbers that the connection's own ladder has. */
export function legWords({ kind, flags, label, len }: LadderRow): string {
  if (kind === 'folded') return `… ${label} …`;
  const length = len > 0 ? `, len ${len}` : '';
  return `${kind === 'reset' ? 'RST ' : ''}[${flags}]${length}${label === '' ? '' : `  ${label}`}`;
}
