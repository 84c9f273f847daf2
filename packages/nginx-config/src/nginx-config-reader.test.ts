/** Real files, and the nginx that is installed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findProgram, hasProgram, makeTempDir, type TempDir } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
import { parseNginxConfig } from './nginx-config.ts';
import { expandPattern, INSTALLED_NGINX, readNginxConfig } from './nginx-config-reader.ts';
import { nginxPorts } from './nginx-ports.ts';

let dir: TempDir;
beforeAll(async () => {
  dir = await makeTempDir('resetscope-nginx-config-');
});
afterAll(() => dir.remove());

function write(name: string, text: string): string {
  const path = join(dir.path, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe('a file', () => {
  test('with what it includes, in blocks, by pattern, from includes, and twice', async () => {
    const main = write(
      'nginx.conf',
      'events {} http { include conf.d/*.conf; include proxy.inc; server { include listen.inc; } }',
    );
    write('conf.d/a.conf', 'server { listen 81; location / { include proxy.inc; } }');
    write('conf.d/b.conf', 'upstream u { server 10.0.0.1:8001; } include nginx.conf;');
    write('conf.d/.hidden.conf', 'server { listen 82; }');
    write('conf.d/c.conf.bak', 'server { listen 83; }');
    write('proxy.inc', 'proxy_pass http://10.0.0.2:8002;');
    write('listen.inc', 'listen 84;');
    expect(nginxPorts(await readNginxConfig(main)).ports).toEqual([80, 81, 84, 8001, 8002]);
  });

  test('that is missing, or includes one that is, is named', async () => {
    const missing = join(dir.path, 'none.conf');
    await expect(readNginxConfig(missing)).rejects.toMatchObject({ code: 'RS_FILE_UNREADABLE' });
    await expect(readNginxConfig(write('a.conf', 'include none.conf;'))).rejects.toThrow(`at ${missing}, got ENOENT`);
  });

  test('that is no configuration is named with the line', async () => {
    const path = write('broken.conf', 'events {\n}\nhttp {\n');
    await expect(readNginxConfig(path)).rejects.toThrow(`got unexpected end of file at ${path}:4; see nginx -t`);
  });
});

test.each([
  { pattern: 'glob/*.conf', names: ['a.conf', 'b[1].conf', 'x1.conf', 'x2.conf'] },
  { pattern: 'glob/x?.conf', names: ['x1.conf', 'x2.conf'] },
  { pattern: 'glob/x[2-9].conf', names: ['x2.conf'] },
  { pattern: 'glob/x[!2].conf', names: ['x1.conf'] },
  { pattern: 'g*b/a.conf', names: ['a.conf'] },
  { pattern: 'glob/.*', names: ['.hidden.conf'] },
  { pattern: 'nowhere/*', names: [] },
  { pattern: 'glob/a+*', names: [] },
])('expandPattern $pattern', ({ pattern, names }) => {
  for (const name of ['b[1].conf', 'a.conf', 'x2.conf', 'x1.conf', '.hidden.conf', 'd.txt']) write(`glob/${name}`, '');
  expect(expandPattern(join(dir.path, pattern))).toEqual(names.map((name) => join(dir.path, 'glob', name)));
});

describe('the nginx that is installed', () => {
  const nginx = findProgram('nginx') ?? 'nginx';

  testIf(hasProgram('nginx'), 'needs nginx')('its dump of a real configuration with Debian’s includes', async () => {
    const files = {
      'mime.types': 'types { text/html html; }',
      'sites-enabled/default': 'server { listen 81; listen [::1]:82; }',
    };
    for (const [name, text] of Object.entries(files)) write(`etc/${name}`, text);
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${dir.path}/t;`,
    );
    const main = write(
      'etc/nginx.conf',
      `pid ${dir.path}/pid; error_log stderr; events {} http { ${places.join(' ')} access_log off; include mime.types; include sites-enabled/*;
       upstream u { server 127.0.0.1:8001; } server { listen 127.0.0.1:8080; location / { proxy_pass http://u; } } }`,
    );
    const text = execFileSync(nginx, ['-T', '-q', '-e', 'stderr', '-c', main, '-p', dir.path], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(text).toContain('# configuration file');
    const { directives, error } = parseNginxConfig(text);
    expect(error).toBeNull();
    const expected = { ports: [81, 82, 8001, 8080], unwatchable: [] };
    expect(nginxPorts(directives)).toEqual(expected);
    expect(nginxPorts(await readNginxConfig(main))).toEqual(expected);
  });

  const isAsked = hasProgram('nginx') && process.getuid?.() === 0;
  testIf(isAsked, 'needs nginx and root')('is asked itself', async () => {
    const text = execFileSync(nginx, ['-T'], { encoding: 'utf8', stdio: 'pipe' });
    expect(await readNginxConfig(INSTALLED_NGINX)).toEqual(parseNginxConfig(text).directives);
  });
});
