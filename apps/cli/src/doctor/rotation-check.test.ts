import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeTempDir, type TempDir } from '@resetscope/testkit';
import { isRotatedBy, parseLogrotate } from './logrotate-rules.ts';
import { checkRotation } from './rotation-check.ts';

/** Debian's nginx, with a brace at the end of a line of its script. */
const DEBIAN = `/var/log/nginx/*.log {
	daily
	create 0640 www-data adm
	sharedscripts
	prerotate
		if [ -d /etc/logrotate.d/httpd-prerotate ]; then \\
			run-parts /etc/logrotate.d/httpd-prerotate; \\
		fi \\
	endscript
	postrotate
		test -x /x && {
		invoke-rc.d nginx rotate >/dev/null 2>&1
		}
	endscript
}
`;

let dir: TempDir;

beforeAll(async () => {
  dir = await makeTempDir('resetscope-test-');
});
afterAll(() => dir.remove());

test('heads over several lines, quotes, comments, options before a rule', () => {
  const text = `weekly\n# one\n"/srv/a b.log"\n/srv/c.log {\ncopytruncate\n}\n/d.log {\n}\n`;
  expect(parseLogrotate(text)).toEqual([
    { patterns: ['/srv/a b.log', '/srv/c.log'], copiesAndTruncates: true, script: '' },
    { patterns: ['/d.log'], copiesAndTruncates: false, script: '' },
  ]);
});

test('patterns stop at folders', () => {
  const [rule] = parseLogrotate(DEBIAN);
  expect(isRotatedBy(rule!, '/var/log/nginx/error.log')).toBe(true);
  expect(isRotatedBy(rule!, '/var/log/nginx/old/error.log')).toBe(false);
  expect(isRotatedBy({ ...rule!, patterns: ['/a[', '/b.log'] }, '/b.log')).toBe(true);
});

test.each([
  { name: 'renamed and told', rule: DEBIAN, status: 'ok' },
  {
    name: 'told by signal',
    rule: '/var/log/nginx/error.log {\npostrotate\nkill -USR1 `cat /run/nginx.pid`\nendscript\n}\n',
    status: 'ok',
  },
  {
    name: 'copied and emptied',
    rule: '/var/log/nginx/*.log {\ncopytruncate\n}\n',
    status: 'warn',
    says: /^copytruncate/,
  },
  { name: 'nobody told', rule: '/var/log/nginx/*.log {\ncreate\n}\n', status: 'warn', says: /nginx is not told/ },
  { name: 'no rule', rule: '/var/log/other.log {\n}\n', status: 'warn', says: /no rule/ },
])('$name: $status', async ({ name, rule, status, says }) => {
  const folder = join(dir.path, name.replaceAll(' ', '-'));
  await mkdir(folder);
  await writeFile(join(folder, 'nginx'), rule);
  const finding = checkRotation('/var/log/nginx/error.log', folder);
  expect(finding).toMatchObject({ id: 'log-rotation', status });
  if (says !== undefined) expect(finding.message).toMatch(says);
});

test('where there is no logrotate', () => {
  expect(checkRotation('/e.log', '/nonexistent').status).toBe('skipped');
});
