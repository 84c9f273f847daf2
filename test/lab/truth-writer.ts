/** Joins what the actors expect with the lines nginx wrote, and writes truth.json. */
import type { Accept, Endpoint, Expected, Tuple } from './expected.ts';
import type { SegmentIndex } from './tshark.ts';

/** Lines of the family; one that no actor expected is listed as untruthed. */
const FAMILY =
  /\((104|32|103|110|111): |prematurely closed|closed connection while|closed connection in SSL handshake|timed out/;

export interface WrittenTruth {
  readonly lines: readonly Record<string, unknown>[];
  readonly untruthed: readonly { readonly lineNumber: number; readonly why: string }[];
  /** What the lab got wrong about itself: an expected line that nginx did not write, a reset that is not there. */
  readonly problems: readonly string[];
  readonly loggedStreams: ReadonlySet<number>;
}

/** `relax` adds answers that this kind of capture must allow. */
export function writeTruth(
  errorLog: string,
  accessLog: string,
  expected: readonly Expected[],
  packets: SegmentIndex,
  relax: (line: Expected) => Accept,
): WrittenTruth {
  const rows = errorLog.split('\n');
  const clients = readConnections(accessLog);
  const problems: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const taken = new Map<number, string | null>();
  const loggedStreams = new Set<number>();
  for (const line of expected) {
    const at = rows.findIndex((row, i) => !taken.has(i) && line.pattern.test(row) && isAbout(row, line, clients));
    if (at < 0) {
      if (line.mayBeMissing !== true) problems.push(`no line for ${line.client} ${line.leg} ${line.pattern}`);
      continue;
    }
    const found = place(line, packets);
    taken.set(at, found.problem);
    if (found.problem !== null) {
      problems.push(`line ${at + 1}: ${found.problem}`);
      continue;
    }
    if (found.index !== null) loggedStreams.add(found.index);
    lines.push(truthLine(at + 1, line, found, relax));
  }
  const untruthed = rows.flatMap((row, i) => {
    const why = taken.has(i) ? taken.get(i) : FAMILY.test(row) ? 'no certain answer is known for this line' : null;
    return why === null || why === undefined ? [] : [{ lineNumber: i + 1, why }];
  });
  lines.sort((a, b) => Number(a['lineNumber']) - Number(b['lineNumber']));
  return { lines, untruthed, problems, loggedStreams };
}

/** $connection to $realip_remote_addr:$realip_remote_port. */
function readConnections(accessLog: string): Map<string, Endpoint> {
  return new Map(
    accessLog.split('\n').flatMap((row) => {
      const [connection, , client] = row.split(' ');
      if (connection === undefined || client === undefined) return [];
      const colon = client.lastIndexOf(':');
      const address = client.slice(0, colon);
      return [[connection, address.includes(':') ? `[${address}]${client.slice(colon)}` : client]];
    }),
  );
}

/** Lines of the client's side are [info], those of the upstream's [error]. */
function isAbout(row: string, { client, leg }: Expected, clients: ReadonlyMap<string, Endpoint>): boolean {
  if (client === '') return true;
  if (!row.includes(leg === 'client' ? ' [info] ' : ' [error] ')) return false;
  const connection = /: \*(\d+) /.exec(row)?.[1];
  const known = connection === undefined ? undefined : clients.get(connection);
  if (known !== undefined) return known === client;
  const address = client.slice(0, client.lastIndexOf(':')).replace(/[[\]]/g, '');
  return row.includes(`client: ${address},`) || row.includes(`client ${address} `);
}

interface Place {
  readonly stream: Tuple | null;
  readonly index: number | null;
  readonly resetFrame: number | null;
  readonly problem: string | null;
}

function place(line: Expected, packets: SegmentIndex): Place {
  const nowhere = { stream: null, index: null, resetFrame: null };
  if (line.stream === null) {
    return { ...nowhere, problem: line.expect === 'unmatched' ? null : 'the actor did not see its connection' };
  }
  const stream = line.stream.originator === '?' ? packets.opened(line.stream.responder) : line.stream;
  if (stream === null) return { ...nowhere, problem: `several connections to ${line.stream.responder}` };
  const index = packets.stream(stream, line.incarnation);
  if (index === null) return { ...nowhere, problem: `${stream.originator} is not in the capture` };
  if (line.by === null) return { stream, index, resetFrame: null, problem: null };
  // The client's leg runs from the client to nginx, the upstream's from nginx to the upstream.
  const bySender = line.by === 'client' || (line.by === 'nginx' && line.leg === 'upstream');
  const sender = bySender ? stream.originator : stream.responder;
  const resetFrame = packets.reset(index, sender);
  return { stream, index, resetFrame, problem: resetFrame === null ? `no reset from ${sender} in the capture` : null };
}

function truthLine(
  lineNumber: number,
  line: Expected,
  { stream, index, resetFrame }: Place,
  relax: (line: Expected) => Accept,
): Record<string, unknown> {
  const accept: Record<string, readonly unknown[]> = { ...line.accept };
  if (line.expect !== 'unmatched') {
    for (const [field, values] of Object.entries(relax(line))) accept[field] = [...(accept[field] ?? []), ...values];
  }
  return {
    lineNumber,
    leg: line.leg,
    stream: stream === null ? null : { ...stream, index },
    ...(line.expect === 'unmatched' ? {} : { resetBy: line.by, resetFrame }),
    ...(line.phase === undefined ? {} : { phase: line.phase }),
    ...(line.cause === undefined ? {} : { cause: line.cause }),
    ...(line.outcome === undefined ? {} : { outcome: line.outcome }),
    expect: line.expect ?? 'matched',
    reason: line.reason ?? null,
    ...(Object.keys(accept).length === 0 ? {} : { accept }),
    ...(line.optional === true ? { optional: true } : {}),
  };
}
