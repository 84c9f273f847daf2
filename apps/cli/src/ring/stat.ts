/** `resetscope ring stat`. */
import { visibleJson, visibleText } from '@resetscope/report';
import { type RingStat, readRingStat } from '@resetscope/ring';
import type { RedisClient } from '@resetscope/telemetry';
import type { RingStatOptions } from './options.ts';
import { chooseNode } from './ring-choice.ts';
import { statLines } from './stat-text.ts';

/** nodes: those that have a ring. @throws ClearError, RingUnavailableError */
export async function printStat(redis: RedisClient, nodes: readonly string[], options: RingStatOptions): Promise<void> {
  const wanted = options.node === undefined && nodes.length > 0 ? nodes : [chooseNode(options.node, nodes)];
  const stats: RingStat[] = [];
  for (const node of wanted) {
    const stat = await readRingStat(redis, node);
    if (stat !== null) stats.push(stat);
  }
  if (options.json) console.log(visibleJson({ rings: stats.map(statJson) }, 2));
  else console.log(stats.map((stat) => statLines(stat).map(visibleText).join('\n')).join('\n\n'));
}

function statJson(stat: RingStat) {
  const { node, oldestUs, newestUs, bytes, maxBytes, maxAgeUs, blocks, packets, resets, gaps, compression } = stat;
  const { holder, isHeld } = stat;
  const reachSeconds = (newestUs - oldestUs) / 1e6;
  return {
    node,
    oldestUs,
    newestUs,
    reachSeconds,
    maxAgeSeconds: maxAgeUs / 1e6,
    bytes,
    maxBytes,
    blocks,
    packets,
    resets,
    packetsPerSecond: reachSeconds > 0 ? packets / reachSeconds : 0,
    compressionRatio: compression?.ratio ?? null,
    bytesPerPacket: compression?.bytesPerPacket ?? null,
    gaps,
    lostPackets: gaps.reduce((sum, { lostPackets }) => sum + lostPackets, 0),
    writer: holder === null ? null : { host: holder.host, pid: holder.pid, sinceUs: holder.sinceUs, isAlive: isHeld },
  };
}
