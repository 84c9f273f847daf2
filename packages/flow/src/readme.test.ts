/** The example of README.md, run as it stands. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { PacketDecoder } from '@resetscope/wire';
import { merged, storyOf } from '../test-data/follow.ts';
import { FlowTracker } from './flow-tracker.ts';

test('the README example', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const quiet = storyOf({ originator: '10.0.0.1:50000' }).handshake();
  const story = storyOf({ startUs: quiet.nowUs }).handshake();
  story.originator.send('POST /pay HTTP/1.1\r\nContent-Length: 2\r\n\r\nok');
  story.responder.send('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  story.originator.rst();
  const printed: string[] = [];
  const run = new Function('FlowTracker', 'PacketDecoder', 'frames', 'print', example);
  run(FlowTracker, PacketDecoder, merged(quiet, story), (line: string) => printed.push(line));
  expect(printed).toEqual([
    '1 ShADdR RSTO rst-only-active: POST /pay 200 complete',
    'RST by the originator, active, seq 44',
  ]);
});
