/** deploy/nginx says what the tailer understands best. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { RECOMMENDED_LOG_FORMAT } from '@resetscope/nginx-log';
import { repositoryRoot } from '@resetscope/testkit';

test('the log_format is the recommended one', async () => {
  const config = await readFile(join(repositoryRoot(), 'deploy/nginx/resetscope.conf'), 'utf8');
  const [, strings = ''] = /^log_format resets ([^;]+);/m.exec(config) ?? [];
  const format = [...strings.matchAll(/'([^']*)'/g)].map(([, text]) => text).join('');
  expect(format).toBe(RECOMMENDED_LOG_FORMAT);
});
