/** A ring in a few lines. */
import type { Gap, RingStat } from '@resetscope/ring';
import { timeText } from './time-flag.ts';

/** Gaps that are listed; of more, the last. */
const LISTED_GAPS = 10;

export function statLines(stat: RingStat): readonly string[] {
  const { node, oldestUs, newestUs, maxAgeUs, bytes, maxBytes, blocks, packets, resets, compression } = stat;
  const reachS = (newestUs - oldestUs) / 1e6;
  const rate = reachS > 0 ? packets / reachS : 0;
  const packed =
    compression === null
      ? ''
      : `, ${compression.ratio.toFixed(1)} to 1, ${compression.bytesPerPacket.toFixed(1)} B a packet`;
  return [
    `node     ${node}`,
    `reach    ${timeText(oldestUs)} to ${timeText(newestUs)}, ${reachS.toFixed(1)} s of ${maxAgeUs / 1e6} s`,
    `memory   ${megabytes(bytes)} of ${megabytes(maxBytes)} MB, ${blocks} blocks${packed}`,
    `packets  ${packets}, ${rate.toFixed(1)}/s, ${resets} resets`,
    `writer   ${writerText(stat)}`,
    ...gapLines(stat.gaps),
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function writerText({ holder, isHeld }: RingStat): string {
  if (holder === null) return 'unknown';
  const text = `process ${holder.pid} on ${holder.host} since ${timeText(holder.sinceUs)}`;
  return isHeld ? text : `${text}, not heard of lately`;
}

function gapLines(gaps: readonly Gap[]): readonly string[] {
  if (gaps.length === 0) return ['gaps     none'];
  const lost = gaps.reduce((sum, { lostPackets }) => sum + lostPackets, 0);
  const listed = gaps.slice(-LISTED_GAPS);
  const note = listed.length < gaps.length ? `, the last ${LISTED_GAPS}` : '';
  return [
    `gaps     ${gaps.length}, ${lost} packets known to be lost${note}`,
    ...listed.map((gap) => `         ${gapText(gap)}`),
  ];
}

/** `kernel-drop from ... to ..., 12 packets lost`. */
export function gapText({ reason, fromUs, toUs, lostPackets }: Gap): string {
  const lost = lostPackets === 0 ? '' : `, ${lostPackets} packets lost`;
  return `${reason} from ${timeText(fromUs)} to ${timeText(toUs)}${lost}`;
}
