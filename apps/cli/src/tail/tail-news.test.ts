import { expect, test } from '@jest/globals';
import { TailNews } from './tail-news.ts';

type Step = (news: TailNews) => void;

test.each<{ readonly name: string; readonly steps: readonly Step[]; readonly lines: readonly (string | RegExp)[] }>([
  { name: 'a log', steps: [(news) => news.logFound('/a')], lines: ['following /a'] },
  { name: 'a log that vanished', steps: [(news) => news.logVanished('/a')], lines: [/^\/a is gone/] },
  {
    name: 'a refused one',
    steps: [(news) => news.logRefused('/a', 'too-many')],
    lines: ['/a is not followed: too-many'],
  },
  {
    name: 'every loss',
    steps: [(n) => n.linesLost('file-gone'), (n) => n.linesLost('file-gone')],
    lines: [/gone/, /gone/],
  },
  {
    name: 'a read that fails, once until one works',
    steps: [
      (news) => news.readFailed(new Error('EIO')),
      (news) => news.readFailed(new Error('EIO')),
      (news) => news.bytesRead(),
      (news) => news.readFailed('EIO'),
    ],
    lines: [/trying again: EIO$/, /trying again: EIO$/],
  },
  {
    name: 'a checkpoint that fails, once until one works',
    steps: [
      (news) => news.checkpointFailed(new Error('ENOSPC')),
      (news) => news.checkpointFailed(new Error('ENOSPC')),
      (news) => news.checkpointSaved(),
      (news) => news.checkpointFailed(new Error('ENOSPC')),
    ],
    lines: [/would repeat lines: ENOSPC$/, /ENOSPC$/],
  },
  {
    name: 'a damaged checkpoint',
    steps: [(news) => news.checkpointDamaged('/x.damaged')],
    lines: [/now \/x\.damaged;/],
  },
  { name: 'no notifications, once', steps: [(n) => n.watchFailed(1), (n) => n.watchFailed(1)], lines: [/polling/] },
  { name: 'a broken record, once', steps: [(n) => n.recordBroken(), (n) => n.recordBroken()], lines: [/no record/] },
  {
    name: 'datagrams that are left out, and those that are dropped until one is not',
    steps: [
      (news) => news.datagramReceived('not-nginx'),
      (news) => news.datagramReceived('not-syslog'),
      (news) => news.datagramReceived('dropped'),
      (news) => news.datagramReceived('dropped'),
      (news) => news.datagramReceived('line'),
      (news) => news.datagramReceived('dropped'),
    ],
    lines: [/left out: not-nginx/, /are dropped/, /are dropped/],
  },
  {
    name: 'nothing of what every log does',
    steps: [
      (n) => n.fileOpened(),
      (n) => n.fileRotated(),
      (n) => n.fileTruncated(),
      (n) => n.lineCut(),
      (n) => n.nulSkipped(),
    ],
    lines: [],
  },
])('tells of $name', ({ steps, lines }) => {
  const told: string[] = [];
  const news = new TailNews((line) => told.push(line));
  for (const step of steps) step(news);
  expect(told).toEqual(lines.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))));
});
