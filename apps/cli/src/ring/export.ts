/** `resetscope ring export`: packets out of the ring into a pcapng file, block by block. */
import { visibleJson, visibleText } from '@resetscope/report';
import { type Coverage, type Gap, type RingFrame, RingReader, RingScan, type TimeWindow } from '@resetscope/ring';
import type { RedisClient } from '@resetscope/telemetry';
import { endpointText, PacketDecoder, TcpFlag } from '@resetscope/wire';
import { CaptureOutput } from './capture-output.ts';
import type { RingExportOptions } from './options.ts';
import { chooseNode, missingRing } from './ring-choice.ts';
import { RingPcapng } from './ring-pcapng.ts';
import { timeText } from './time-flag.ts';

/** Later than any packet, also one stamped by a clock that was ahead. */
const NEVER_US = Number.MAX_SAFE_INTEGER / 2;

interface Exported {
  readonly packets: number;
  readonly firstUs: number | null;
  readonly lastUs: number | null;
  readonly bytes: number;
}

/** nodes: those that have a ring. @throws ClearError, RingUnavailableError */
export async function exportRing(
  redis: RedisClient,
  nodes: readonly string[],
  options: RingExportOptions,
): Promise<void> {
  const node = chooseNode(options.node, nodes);
  const coverage = await new RingReader(redis, node).coverage();
  if (coverage === null) throw missingRing(node, nodes);
  const window = windowOf(options, coverage);
  const { connection, resetsOnly, out, force } = options;
  const scan = new RingScan(redis, node, { hasResets: resetsOnly, ...(connection === null ? {} : { connection }) });
  const known = coverage.gaps.filter((gap) => gap.fromUs < window.toUs && gap.toUs > window.fromUs);
  const output = await CaptureOutput.open(out, force);
  try {
    const capture = new RingPcapng(known);
    await output.write([capture.head(subjectOf(node, options))]);
    const exported = await writeFrames(scan, window, frameTest(options), capture, output);
    await output.finish();
    report(node, options, exported, [...known, ...scan.damages], scan.forgottenPackets);
  } catch (error) {
    await output.abandon();
    throw error;
  }
}

async function writeFrames(
  scan: RingScan,
  window: TimeWindow,
  isWanted: (frame: RingFrame) => boolean,
  capture: RingPcapng,
  output: CaptureOutput,
): Promise<Exported> {
  let [packets, damages] = [0, 0];
  let firstUs: number | null = null;
  let lastUs: number | null = null;
  for await (const frames of scan.frames(window)) {
    for (const gap of scan.damages.slice(damages)) capture.addGap(gap);
    damages = scan.damages.length;
    for (const frame of frames) {
      if (!isWanted(frame)) continue;
      packets++;
      firstUs ??= frame.tsUs;
      lastUs = frame.tsUs;
      await output.write(capture.frame(frame));
    }
  }
  return { packets, firstUs, lastUs, bytes: output.length };
}

function windowOf({ fromUs, toUs, lastUs }: RingExportOptions, { newestUs }: Coverage): TimeWindow {
  const beginUs = lastUs === undefined ? 0 : newestUs - lastUs;
  return { fromUs: fromUs ?? beginUs, toUs: toUs ?? NEVER_US };
}

/** Packets of a connection are chosen by the ring. */
function frameTest({ filter, resetsOnly }: RingExportOptions): (frame: RingFrame) => boolean {
  if (filter === null && !resetsOnly) return () => true;
  const decoder = new PacketDecoder();
  const { packet } = decoder;
  return (frame) => {
    const kind = decoder.decode(frame);
    if (kind !== 'tcp' && kind !== 'icmp') return false;
    if (resetsOnly && (kind !== 'tcp' || (packet.flags & TcpFlag.RST) === 0)) return false;
    return filter === null || filter.test(packet, kind);
  };
}

/** What was asked for, in a sentence. */
function subjectOf(node: string, { filter, connection, resetsOnly }: RingExportOptions): string {
  const what = resetsOnly ? 'Resets' : 'Packets';
  if (connection !== null) {
    const { addressA, portA, addressB, portB } = connection;
    return `${what} of ${endpointText(addressA, portA)} and ${endpointText(addressB, portB)} from the ring of ${node}.`;
  }
  return `${what} from the ring of ${node}${filter === null ? '' : `, filter: ${filter.text}`}.`;
}

/** On standard output, unless the packets go there. */
function report(
  node: string,
  options: RingExportOptions,
  exported: Exported,
  gaps: readonly Gap[],
  forgottenPackets: number,
): void {
  const { packets, firstUs, lastUs, bytes } = exported;
  const say = options.out === '-' ? console.error : console.log;
  const lostPackets = gaps.reduce((sum, gap) => sum + gap.lostPackets, 0);
  if (options.json) {
    say(
      visibleJson({ node, file: options.out, packets, firstUs, lastUs, bytes, gaps, lostPackets, forgottenPackets }, 2),
    );
    return;
  }
  const span = firstUs === null || lastUs === null ? '' : ` from ${timeText(firstUs)} to ${timeText(lastUs)}`;
  const to = options.out === '-' ? '' : ` to ${options.out}`;
  say(visibleText(`resetscope ring: ${packets} packets of ${node}${span}${to}`));
  if (gaps.length > 0) {
    console.error(
      `resetscope ring: ${gaps.length} gaps in that time, ${lostPackets} packets known to be missing (see ring stat)`,
    );
  }
  if (forgottenPackets > 0) {
    console.error(`resetscope ring: the ring has forgotten ${forgottenPackets} packets while they were read`);
  }
}
