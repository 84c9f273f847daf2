import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findProgram, makeTempDir } from '@resetscope/testkit';
import { CAUSES } from './cause-table.ts';
import { causeById } from './causes.ts';
import { DIRECTIVES } from './directive-table.ts';
import { directivesOf } from './directives.ts';

const all = Object.entries(DIRECTIVES).flatMap(([cause, some]) => some.map((one) => ({ cause, ...one })));

describe('DIRECTIVES', () => {
  test('are of causes that there are, and of their parties or nginx', () => {
    const strangers = all.filter(({ cause, party }) => {
      const parties = causeById(cause)?.fixes.map((fix) => fix.party) ?? [];
      return parties.length === 0 || ![...parties, 'nginx', 'kernel', 'upstream', 'k8s'].includes(party);
    });
    expect(strangers).toEqual([]);
  });

  test('lines end in no space, and the text in no newline: what is copied is what is pasted', () => {
    for (const { cause, text } of all) expect([cause, text]).not.toEqual([cause, expect.stringMatching(/[ \t]$|\n$/m)]);
  });

  test('a race has timeouts to paste', () => {
    const bare = CAUSES.filter(
      ({ id, side, normalClose }) => side === 'race' && !normalClose && directivesOf(id).length === 0,
    );
    expect(bare).toEqual([]);
  });
});

test('directivesOf: by cause; nothing for none, and for names of Object.prototype', () => {
  expect(directivesOf('keepalive-race-nginx-upstream')[0]?.text).toContain('keepalive_timeout 4s;');
  expect(directivesOf(null)).toEqual([]);
  expect(directivesOf('constructor')).toEqual([]);
});

const nginx = findProgram('nginx');
if (nginx === null) console.log('skipped: nginx is not installed');

/** Around a block: what a block of that kind stands in. */
const FRAMES: Readonly<Record<string, (text: string) => string>> = {
  main: (text) => `${text}\nevents {}`,
  'upstream {}': (text) => http(`upstream a { ${/^server /m.test(text) ? '' : 'server 127.0.0.1:9;'}\n${text}\n}`),
  'server {}': (text) => http(`server { ${/^listen /m.test(text) ? '' : 'listen 127.0.0.1:9;'}\n${text}\n}`),
  'location {}': (text) => http(`server { listen 127.0.0.1:9; location / {\n${text}\n} }`),
};

function http(block: string): string {
  return `events {}\nhttp {\naccess_log off;\n${block}\n}`;
}

(nginx === null ? test.skip : test)('a real nginx takes every block of nginx', async () => {
  const temp = await makeTempDir('resetscope-directives-');
  const file = join(temp.path, 'nginx.conf');
  const blocks = all.filter(({ place }) => place.startsWith('nginx.conf, '));
  expect(blocks.length).toBeGreaterThan(20);
  try {
    const refused = [...new Map(blocks.map((block) => [`${block.place}\n${block.text}`, block])).values()].flatMap(
      ({ cause, place, text }) => {
        const frame = FRAMES[place.replace('nginx.conf, ', '')];
        if (frame === undefined) return [`${cause}: no such place as ${place}`];
        // Temporary paths below the directory: the test may run as anybody. No port below 1024 is opened.
        writeFileSync(
          file,
          `pid ${temp.path}/pid;\nerror_log stderr;\n${frame(text).replace('http {', `http {\n${tempPaths(temp.path)}`)}`,
        );
        try {
          execFileSync(nginx ?? '', ['-t', '-q', '-c', file, '-p', temp.path], { stdio: 'pipe' });
          return [];
        } catch (error) {
          return [`${cause}: ${String((error as { stderr?: Buffer }).stderr)}`];
        }
      },
    );
    expect(refused).toEqual([]);
  } finally {
    await temp.remove();
  }
});

function tempPaths(dir: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return kinds.map((kind) => `${kind}_temp_path ${dir}/${kind};`).join('\n');
}
