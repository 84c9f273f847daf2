/** Our streams beside tshark's: number, ends, packets, first reset. */
import type { Endpoint, Side, TcpStream } from '@resetscope/flow';
import { type Comparison, type Difference, differing, type Field } from './comparison.ts';
import { type Reading, UNREAD } from './reading.ts';
import type { Reason } from './reasons.ts';
import type { Row } from './traces.ts';

/** A stream of tshark's and ours; null: we have none. */
interface Pair {
  readonly row: Row;
  readonly stream: TcpStream | null;
}

export function compareWithTshark(trace: string, reading: Reading, rows: readonly Row[]): Comparison {
  const left = new Set(reading.streams);
  const pairs = rows.map((row): Pair => {
    const stream = counterpart(row, left);
    if (stream !== null) left.delete(stream);
    return { row, stream };
  });
  const perRow = pairs.map((pair) => differencesOf(pair, pairs, reading));
  const extra = [...left].map((stream): Difference => {
    const ours = endsOf(stream).join(' > ');
    return { where: `our stream ${stream.index}`, field: 'stream', ours, theirs: 'none', reason: 'unexplained' };
  });
  return {
    oracle: 'tshark',
    trace,
    variant: '',
    connections: rows.length,
    agreed: perRow.filter((differences) => differences.length === 0).length,
    differences: [...perRow.flat(), ...extra],
  };
}

function differencesOf(pair: Pair, pairs: readonly Pair[], reading: Reading): readonly Difference[] {
  const { row, stream } = pair;
  const where = `stream ${row('stream') || 'without number'}`;
  if (stream === null) {
    const theirs = `${row('a_ip')} ${row('a_port')} > ${row('b_ip')} ${row('b_port')}`;
    const reason = unreadReason(reading, [Number(row('first_frame'))]);
    return [{ where, field: 'stream', ours: 'none', theirs, reason }];
  }
  return differing(fieldsOf(row, stream)).map((field) => {
    return { where, ...field, reason: reasonOf(field.field, row, stream, pairs, reading) };
  });
}

/** The stream that begins in the same frame; tshark may see an earlier packet, hidden to us. */
function counterpart(row: Row, streams: ReadonlySet<TcpStream>): TcpStream | null {
  const same = [...streams].filter((stream) => endsOf(stream).sort().join() === endsIn(row));
  return same.find(({ firstFrame }) => firstFrame === Number(row('first_frame'))) ?? same[0] ?? null;
}

/** The same for both directions. */
function endsIn(row: Row): string {
  return [`${row('a_ip')} ${row('a_port')}`, `${row('b_ip')} ${row('b_port')}`].sort().join();
}

function endsOf(stream: TcpStream): string[] {
  return [stream.originator, stream.responder].map(endText);
}

function endText({ address, port }: Endpoint): string {
  return `${address} ${port}`;
}

function fieldsOf(row: Row, stream: TcpStream): readonly Field[] {
  const [a, b] = [`${row('a_ip')} ${row('a_port')}`, `${row('b_ip')} ${row('b_port')}`];
  const sideOfA: Side = endText(stream.originator) === a ? 'originator' : 'responder';
  const sideOfB: Side = sideOfA === 'originator' ? 'responder' : 'originator';
  const synFrames = row('syn_frames');
  const bIsOriginator = row('syn_from') === 'b' || (row('syn_from') === '-' && /:a:SA/.test(synFrames));
  const originator = synFrames === '-' ? 'unknown' : bIsOriginator ? b : a;
  const isKnown = stream.sawSyn || stream.sawSynAck;
  const { halves } = stream;
  return [
    { field: 'tcp.stream', ours: String(stream.index), theirs: row('stream') },
    { field: 'originator', ours: isKnown ? endText(stream.originator) : 'unknown', theirs: originator },
    { field: 'first frame', ours: String(stream.firstFrame), theirs: row('first_frame') },
    {
      field: 'packets',
      ours: `${halves[sideOfA].packets} and ${halves[sideOfB].packets}`,
      theirs: `${row('pkts_a2b')} and ${row('pkts_b2a')}`,
    },
    { field: 'first reset', ours: ourReset(stream), theirs: theirReset(row, a, b) },
  ];
}

function ourReset(stream: TcpStream): string {
  const rst = stream.endings.find(({ kind }) => kind === 'rst');
  if (rst === undefined) return 'none';
  return `frame ${rst.frameNumber} of ${endText(stream[rst.from])}, seq ${rst.relativeSeq} (${rst.seq}), len ${rst.payloadLen}`;
}

function theirReset(row: Row, a: string, b: string): string {
  if (row('first_rst_frame') === '-') return 'none';
  const from = row('first_rst_from') === 'a' ? a : b;
  const seq = `seq ${row('first_rst_seq_rel')} (${row('first_rst_seq_raw')})`;
  return `frame ${row('first_rst_frame')} of ${from}, ${seq}, len ${row('first_rst_len')}`;
}

function reasonOf(field: string, row: Row, stream: TcpStream, pairs: readonly Pair[], reading: Reading): Reason {
  switch (field) {
    case 'tcp.stream':
      return numberingReason(row, stream, pairs, reading);
    case 'originator': {
      const synFrames = framesIn(row('syn_frames'));
      return synFrames.some((frame) => framesIn(row('rst_frames')).includes(frame))
        ? 'syn-and-rst'
        : unreadReason(reading, synFrames);
    }
    case 'first frame':
      return unreadReason(reading, [Number(row('first_frame'))]);
    case 'first reset':
      return unreadReason(reading, [Number(row('first_rst_frame'))]);
    default:
      return packetsReason(row, stream, pairs, reading);
  }
}

/** tshark's numbers less those that have no stream here, or are not even listed, are ours. */
function numberingReason(row: Row, stream: TcpStream, pairs: readonly Pair[], { icmpFrames }: Reading): Reason {
  const before = pairs.filter((other) => Number(other.row('stream')) < Number(row('stream')));
  if (before.filter((other) => other.stream !== null).length !== stream.index) return 'unexplained';
  const unlisted = Number(row('stream')) - before.length;
  if (unlisted <= 0) return 'numbering';
  return unlisted <= icmpFrames ? 'icmp-quote' : 'unexplained';
}

/** Packets that only one of the two counts are unread ones, or belong to a stream that an unread SYN begins for tshark. */
function packetsReason(row: Row, stream: TcpStream, pairs: readonly Pair[], reading: Reading): Reason {
  const ours = stream.halves.originator.packets + stream.halves.responder.packets;
  const unseen = pairs.filter((pair) => pair.stream === null && endsIn(pair.row) === endsIn(row));
  const theirs = [row, ...unseen.map((pair) => pair.row)];
  const [first, last] = [Number(row('first_frame')), Math.max(...theirs.map((r) => Number(r('last_frame'))))];
  const unread = [...reading.unread.keys()].filter((frame) => frame >= first && frame <= last);
  const surplus = theirs.reduce((sum, r) => sum + Number(r('frames')), 0) - ours;
  return surplus >= 0 && surplus <= unread.length ? unreadReason(reading, unread) : 'unexplained';
}

/** Why the first of these frames that is not read is not. */
function unreadReason(reading: Reading, frames: readonly number[]): Reason {
  const outcome = frames.map((frame) => reading.unread.get(frame)).find((found) => found !== undefined);
  return outcome === undefined ? 'unexplained' : UNREAD[outcome];
}

/** `12:a,14:b` or `3:a:S`; `-` for none. */
function framesIn(text: string): readonly number[] {
  return text === '-' ? [] : text.split(',').map((frame) => Number.parseInt(frame, 10));
}
