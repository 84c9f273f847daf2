/** All rings of a Redis, and the queue whose lines ask for their packets. */
import { openResetQueue, type QueueDepth, queueDepth } from '@resetscope/jobs';
import { RingReader, readRingStat } from '@resetscope/ring';
import type { RedisClient } from '@resetscope/telemetry';
import { type Finding, warn } from '../finding.ts';
import { redisTimeUs } from './clock-checks.ts';
import type { DoctorOptions } from './options.ts';
import { told } from './question.ts';
import { checkDrops, checkReach, checkRing, checkRingClock, type Ring } from './ring-checks.ts';
import { checkTlsShare, readTlsShare } from './tls-share.ts';

const NO_RING = warn(
  'ring',
  'rings',
  'none: no capture has written here yet',
  'start resetscope capture with the same --redis',
);

/** @throws RingUnavailableError */
export async function readRings(redis: RedisClient): Promise<readonly Ring[]> {
  const nodes = await RingReader.nodes(redis);
  const rings = await Promise.all(nodes.map((node) => readRingStat(redis, node)));
  return rings.filter((ring) => ring !== null);
}

/** queue: the Redis of the queue, null where it cannot be asked. */
export async function examineRings(
  redis: RedisClient,
  queue: RedisClient | null,
  rings: readonly Ring[],
  options: DoctorOptions,
): Promise<readonly Finding[]> {
  if (rings.length === 0) return [NO_RING];
  return [
    ...(await told('ring-clock', 'rings', async () => examineState(rings, await redisTimeUs(redis)))),
    ...(queue === null
      ? []
      : await told('ring-reach', 'queue', async () => {
          const [depth, nowUs] = [await readDepth(queue), await redisTimeUs(redis)];
          return rings.map((ring) => checkReach(ring, depth, nowUs));
        })),
    ...(await told('tls-share', 'TLS', () => examineTls(redis, rings, options.accessLogs.length > 0))),
  ];
}

function examineState(rings: readonly Ring[], nowUs: number): readonly Finding[] {
  return rings.flatMap((ring) => [
    checkRing(ring),
    ...(ring.isHeld ? [checkRingClock(ring, nowUs)] : []),
    checkDrops(ring),
  ]);
}

async function readDepth(redis: RedisClient): Promise<QueueDepth> {
  const queue = openResetQueue(redis, () => undefined);
  try {
    return await queueDepth(queue);
  } finally {
    await queue.close();
  }
}

async function examineTls(
  redis: RedisClient,
  rings: readonly Ring[],
  hasAccessLog: boolean,
): Promise<readonly Finding[]> {
  return Promise.all(
    rings.map(async (ring) => checkTlsShare(ring.node, await readTlsShare(redis, ring), hasAccessLog)),
  );
}
