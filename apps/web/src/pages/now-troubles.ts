/** What of the watcher's state somebody should look after, a sentence each, the worst first. */
import { type AppBeat, SILENT_AFTER_MS } from '@resetscope/telemetry';
import type { RingState, SeenState } from '../watcher-state.ts';
import { spanWords } from './span-words.ts';

/** A job waits for its packets some hundred milliseconds, and with its second look two seconds (correlator, chosen). */
const LATE_QUEUE_MS = 30_000;

/** A ring moves on every 100 ms, also on a quiet interface (capture-loop.ts). */
const LATE_RING_US = 15_000_000;

/** Without these there are no incidents. */
const NEEDED = ['tailer', 'capture', 'correlator'] as const;

export function troublesOf(state: SeenState): readonly string[] {
  const apps = state.apps === null ? [] : appTroubles(state.apps);
  return [...apps, ...ringTroubles(state), ...queueTroubles(state)];
}

function appTroubles(apps: readonly AppBeat[]): readonly string[] {
  const missing = NEEDED.filter(
    (name) => !apps.some(({ app, silentMs }) => app === name && silentMs < SILENT_AFTER_MS),
  );
  const troubled = apps.flatMap(({ app, node, silentMs, trouble }) => {
    if (silentMs >= SILENT_AFTER_MS)
      return [`The ${app} of ${node} has been silent for ${spanWords(silentMs * 1000)}.`];
    return trouble === null ? [] : [`The ${app} of ${node} is not ready: ${trouble}.`];
  });
  const silent = new Set(apps.map(({ app }) => app));
  const never = missing.filter((name) => !silent.has(name));
  return [...troubled, ...never.map((name) => `No ${name} has been heard of: without it there are no new incidents.`)];
}

function ringTroubles({ rings, nowUs }: SeenState): readonly string[] {
  return (rings ?? []).flatMap((ring) => {
    const lagUs = nowUs - ring.newestUs;
    const late = lagUs > LATE_RING_US ? [`The ring of ${ring.node} has not moved for ${spanWords(lagUs)}.`] : [];
    const lost = lostPackets(ring);
    const lossy =
      lost === 0 ? [] : [`${lost.toLocaleString('en-US')} packets are missing from the ring of ${ring.node}.`];
    return [...late, ...lossy];
  });
}

export function lostPackets({ gaps }: Pick<RingState, 'gaps'>): number {
  return gaps.reduce((sum, gap) => sum + gap.lostPackets, 0);
}

function queueTroubles({ queue, outbox }: SeenState): readonly string[] {
  const late =
    queue !== null && queue.oldestWaitingMs > LATE_QUEUE_MS
      ? [`A line has waited for ${spanWords(queue.oldestWaitingMs * 1000)}: the correlators do not keep up.`]
      : [];
  const dead = queue !== null && queue.failed > 0 ? [`${jobs(queue.failed)} given up; see resetscope jobs dead.`] : [];
  const untold = outbox === null ? 0 : outbox.dead + outbox.lost;
  const lost = untold > 0 ? [`${untold.toLocaleString('en-US')} alerts were never delivered to the webhook.`] : [];
  return [...late, ...dead, ...lost];
}

function jobs(count: number): string {
  return count === 1 ? '1 job was' : `${count.toLocaleString('en-US')} jobs were`;
}
