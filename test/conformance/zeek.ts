/** Our streams beside Zeek's conn.log: conn_state, history, packets, payload bytes. */
import type { Side, TcpStream } from '@resetscope/flow';
import { TcpFlag } from '@resetscope/wire';
import { type Comparison, type Difference, differing, type Field } from './comparison.ts';
import type { Reading } from './reading.ts';
import type { Reason } from './reasons.ts';
import type { Row, ZeekTable } from './traces.ts';

/** tcp_attempt_delay and tcp_reset_delay, scripts/base/init-bare.zeek. */
const DELAY_US = 5_000_000;

export function compareWithZeek(trace: string, reading: Reading, { variant, rows }: ZeekTable): Comparison {
  const tcp = rows.filter((row) => row('proto') === 'tcp' || row('proto') === '?');
  const perRow = tcp.map((row) => {
    const alike = tcp.filter((other) => END_COLUMNS.every((column) => other(column) === row(column)));
    return differencesOf(row, alike, reading).map((difference): Difference => {
      return variant === '' ? difference : { ...difference, reason: 'zeek-options' };
    });
  });
  return {
    oracle: 'Zeek',
    trace,
    variant,
    connections: tcp.length,
    agreed: perRow.filter((differences) => differences.length === 0).length,
    differences: perRow.flat(),
  };
}

const END_COLUMNS = ['orig_h', 'orig_p', 'resp_h', 'resp_p'] as const;

/** alike: the rows of the same ends, this one among them. */
function differencesOf(row: Row, alike: readonly Row[], reading: Reading): readonly Difference[] {
  const where = `${row('orig_h')} ${row('orig_p')} > ${row('resp_h')} ${row('resp_p')}`;
  const same = reading.streams.filter((stream) => isTold(row, stream));
  const stream = same[alike.indexOf(row)];
  if (stream === undefined || same.length !== alike.length) {
    const fields = { field: 'connections', ours: String(same.length), theirs: String(alike.length) };
    return [{ where, ...fields, reason: splitReason(row, same, reading) }];
  }
  return differing(fieldsOf(row, stream)).map((field) => {
    return { where, ...field, reason: fieldReason(field, stream, reading) };
  });
}

/** Do the ends of a row, as far as it tells them, belong to the stream? */
function isTold(row: Row, { originator, responder }: TcpStream): boolean {
  const ends = [originator.address, originator.port, responder.address, responder.port];
  return END_COLUMNS.every((column, at) => row(column) === '?' || row(column) === String(ends[at]));
}

function fieldsOf(row: Row, { halves, connState, history }: TcpStream): readonly Field[] {
  const { originator, responder } = halves;
  const both = (what: 'packets' | 'payloadBytes'): string => `${originator[what]} and ${responder[what]}`;
  return [
    { field: 'conn_state', ours: connState, theirs: row('conn_state') },
    { field: 'history', ours: history, theirs: row('history') },
    { field: 'packets', ours: both('packets'), theirs: `${row('orig_pkts')} and ${row('resp_pkts')}` },
    { field: 'payload bytes', ours: both('payloadBytes'), theirs: `${row('orig_bytes')} and ${row('resp_bytes')}` },
  ].filter(({ theirs }) => !theirs.includes('?'));
}

function fieldReason({ field, ours, theirs }: Field, { halves }: TcpStream, reading: Reading): Reason {
  const sides: readonly Side[] = ['originator', 'responder'];
  const isUnseen = sides.some((side) => halves[side].packets === 0 && halves[side].missedBytes > 0);
  if (field === 'payload bytes' && isUnseen) return 'one-sided';
  const withoutGaps = theirs.replaceAll(/[Gg]/g, '');
  if (field === 'history' && reading.cutPayloads > 0 && withoutGaps === ours) return 'zeek-cut-payload';
  return 'unexplained';
}

/** Why Zeek tells more connections of these ends than there are streams. */
function splitReason(row: Row, [stream, ...more]: readonly TcpStream[], reading: Reading): Reason {
  if (stream === undefined) {
    const isInTunnel = row('tunnel_parents') !== '-' && [...reading.unread.values()].includes('tunnel');
    return isInTunnel ? 'tunnel' : 'unexplained';
  }
  if (more.length > 0) return 'unexplained';
  const reset = stream.endings.find(({ kind }) => kind === 'rst');
  if (reset === undefined) {
    const isUnanswered = stream.sawSyn && stream.halves.responder.packets === 0;
    return isUnanswered && stream.lastUs - stream.firstUs > DELAY_US ? 'zeek-attempt-timer' : 'unexplained';
  }
  const next = stream.segments.find(({ frameNumber }) => frameNumber > reset.frameNumber);
  if (next === undefined) return 'unexplained';
  if ((next.flags & TcpFlag.SYN) !== 0) return 'zeek-syn-after-close';
  return stream.lastUs - reset.tsUs > DELAY_US ? 'zeek-reset-timer' : 'unexplained';
}
