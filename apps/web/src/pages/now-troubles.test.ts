import { expect, test } from '@jest/globals';
import type { AppBeat } from '@resetscope/telemetry';
import type { SeenState } from '../watcher-state.ts';
import { troublesOf } from './now-troubles.ts';

const NOW_US = 1_795_334_115_000_000;

const beat = (app: string, fields: Partial<AppBeat> = {}): AppBeat => ({
  app,
  node: 'web-1',
  pid: 7,
  startedAtMs: 1,
  silentMs: 1000,
  trouble: null,
  ...fields,
});

const ring = { node: 'web-1', oldestUs: NOW_US - 9e8, newestUs: NOW_US - 50_000, gaps: [], bytes: 1, blocks: 1 };

const well: SeenState = {
  nowUs: NOW_US,
  apps: [beat('tailer'), beat('capture'), beat('correlator')],
  causes: [],
  ledger: null,
  unlogged: 0,
  reasons: [],
  rings: [ring],
  queue: { waiting: 1, active: 1, delayed: 1, failed: 0, oldestWaitingMs: 200 },
  outbox: { waiting: 1, dead: 0, lost: 0 },
};

test.each<{ name: string; state: Partial<SeenState>; says: readonly RegExp[] }>([
  { name: 'all well', state: {}, says: [] },
  {
    name: 'an app that was killed',
    state: { apps: [beat('tailer'), beat('correlator'), beat('capture', { silentMs: 240_000 })] },
    says: [/^The capture of web-1 has been silent for 4 min\.$/],
  },
  {
    name: 'an app that never was',
    state: { apps: [beat('tailer'), beat('capture')] },
    says: [/^No correlator has been heard of/],
  },
  {
    name: 'an app in trouble',
    state: { apps: [...(well.apps ?? []), beat('web', { trouble: 'Redis is away' })] },
    says: [/^The web of web-1 is not ready: Redis is away\.$/],
  },
  {
    name: 'a ring that stands',
    state: { rings: [{ ...ring, newestUs: NOW_US - 6e7 }] },
    says: [/^The ring of web-1 has not moved for 1 min\.$/],
  },
  {
    name: 'lost packets',
    state: { rings: [{ ...ring, gaps: [{ fromUs: 1, toUs: 2, lostPackets: 1200, reason: 'kernel-drop' }] }] },
    says: [/^1,200 packets are missing from the ring of web-1\.$/],
  },
  {
    name: 'a queue that grows',
    state: { queue: { ...well.queue!, oldestWaitingMs: 90_000, failed: 1 } },
    says: [/^A line has waited for 1 min/, /^1 job was given up/],
  },
  {
    name: 'alerts undelivered',
    state: { outbox: { waiting: 0, dead: 1, lost: 2 } },
    says: [/^3 alerts were never delivered/],
  },
  {
    name: 'what could not be read is no trouble of its own',
    state: { queue: null, outbox: null, rings: null, apps: null },
    says: [],
  },
])('$name', ({ state, says }) => {
  const troubles = troublesOf({ ...well, ...state });
  expect(troubles).toHaveLength(says.length);
  for (const [at, pattern] of says.entries()) expect(troubles[at]).toMatch(pattern);
});
