/** Lives through recorded cases, all at the same time, each on a host of its own. */
import type { Incident } from '@resetscope/diagnosis';
import { createLogger } from '@resetscope/telemetry';
import { makeTempDir } from '@resetscope/testkit';
import { TailerMetrics } from '../../apps/tailer/src/metrics.ts';
import { LiveHost } from './live-host.ts';
import { LiveStack } from './live-stack.ts';
import type { RecordedCase } from './recorded-case.ts';

/** `live`: each line is answered before the next is written. `catch-up`: the log is read when all is over. */
export type ReplayMode = 'live' | 'catch-up';

export interface Replayed {
  /** The last answers, by case. */
  readonly answers: ReadonlyMap<string, readonly Incident[]>;
  /** Why jobs were given up. */
  readonly deadReasons: readonly string[];
}

export async function replay(cases: readonly RecordedCase[], mode: ReplayMode): Promise<Replayed> {
  const temp = await makeTempDir('resetscope-live-');
  const stack = await LiveStack.start();
  const metrics = new TailerMetrics(createLogger('tailer'));
  const hosts: LiveHost[] = [];
  try {
    const { redis, queue } = stack;
    for (const recorded of cases) {
      hosts.push(await LiveHost.start({ recorded, dir: temp.path, redis, queue, metrics }));
    }
    await Promise.all(hosts.map((host) => play(host, stack, mode)));
    await stack.lookAgain();
    const stored = await stack.incidents();
    const answers = new Map(hosts.map((host) => [host.node, host.answersOf(stored)]));
    return { answers, deadReasons: await stack.deadReasons() };
  } finally {
    for (const host of hosts) await host.stop();
    await stack.stop();
    await temp.remove();
  }
}

async function play(host: LiveHost, stack: LiveStack, mode: ReplayMode): Promise<void> {
  if (mode === 'live') return host.live((count) => stack.answered(host.node, count));
  await host.catchUp();
  await stack.answered(host.node, host.jobCount);
}
