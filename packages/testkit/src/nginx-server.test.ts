import { existsSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { describeIf } from './jest.ts';
import { nginxConfig, startNginx } from './nginx-server.ts';
import { hasProgram } from './program.ts';
import { waitUntil } from './wait-until.ts';

describeIf(hasProgram('nginx'), 'nginx is not installed')('startNginx', () => {
  test('serves on its ports, logs where it says, leaves nothing behind', async () => {
    const nginx = await startNginx({
      portCount: 2,
      config: (layout) =>
        nginxConfig(layout, {
          accessLogFormat: '$connection $status "$request"',
          http: layout.ports
            .map((port) => `server { listen 127.0.0.1:${port}; location / { return 200 "${port}"; } }`)
            .join('\n'),
        }),
    });
    for (const port of nginx.ports) {
      expect(await (await fetch(`http://127.0.0.1:${port}/x`)).text()).toBe(String(port));
    }
    const logged = async (): Promise<string> => readFile(nginx.accessLog, 'utf8');
    await waitUntil(async () => (await logged()).split('\n').length === 3, { what: 'two access lines' });
    expect(await logged()).toMatch(/^\d+ 200 "GET \/x HTTP\/1\.1"\n/);
    expect(await readFile(nginx.errorLog, 'utf8')).toContain('[notice]');
    await nginx.stop();
    expect(existsSync(nginx.dir)).toBe(false);
  });

  test('reopens its logs', async () => {
    const nginx = await startNginx({ config: (layout) => nginxConfig(layout, { http: '' }), portCount: 0 });
    await rename(nginx.errorLog, `${nginx.errorLog}.1`);
    nginx.reopen();
    await waitUntil(() => existsSync(nginx.errorLog), { what: 'the new error log' });
    await nginx.stop();
  });

  test('a refused configuration is told in nginx’s own words', async () => {
    await expect(startNginx({ config: () => 'bogus;' })).rejects.toThrow(
      /nginx ended with code 1.*unknown directive "bogus"/s,
    );
  });
});
