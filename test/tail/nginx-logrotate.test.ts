/** nginx writes its error log under load, Debian's logrotate rotates it, and every line is accounted for. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  hasProgram,
  makeTempDir,
  type NginxServer,
  nginxConfig,
  startNginx,
  type TempDir,
  waitUntil,
} from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { FollowedLog } from './followed-log.ts';
import { hasLogrotate, Logrotate } from './logrotate.ts';

const ROTATIONS = 5;
/** Requests between two rotations, at least. */
const REQUESTS_PER_ROTATION = 1500;
/** Sent at once on one connection. */
const BURST = 100;

/** Debian's /etc/logrotate.d/nginx (nginx-common 1.22.1-9), `invoke-rc.d nginx rotate` being USR1 to the master. */
const DEBIAN = `daily
  missingok
  rotate 14
  compress
  delaycompress
  notifempty
  create 0640 www-data adm
  sharedscripts
  postrotate
    invoke-rc.d nginx rotate >/dev/null 2>&1
  endscript`;

/** What the package installed here says, where there is one. */
function debianDirectives(pid: number): string {
  const installed = '/etc/logrotate.d/nginx';
  const text = existsSync(installed) ? readFileSync(installed, 'utf8') : `{${DEBIAN}}`;
  const directives = text.slice(text.indexOf('{') + 1, text.lastIndexOf('}'));
  const signalled = directives.replace('invoke-rc.d nginx rotate', `kill -USR1 ${pid}`);
  // only root may give files away
  return process.geteuid?.() === 0 ? signalled : signalled.replace(/^\s*create .*$/m, 'create');
}

/** Requests for files that are not there, each of which is a line of the error log with its number. */
class Load {
  readonly #port: number;
  #sent = 0;
  #isOver = false;
  readonly #ended: Promise<unknown>;

  constructor(port: number) {
    this.#port = port;
    this.#ended = Promise.all([this.#run(), this.#run()]);
  }

  get sent(): number {
    return this.#sent;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#ended;
  }

  async #run(): Promise<void> {
    const socket = createConnection(this.#port, '127.0.0.1');
    let answers = '';
    let answered = (): void => undefined;
    socket.setEncoding('latin1').on('data', (text) => {
      answers += text;
      if (answers.split('HTTP/1.1 404').length > BURST) answered();
    });
    while (!this.#isOver) {
      answers = '';
      const all = new Promise<void>((resolve) => {
        answered = resolve;
      });
      const requests = Array.from({ length: BURST }, () => `GET /n${++this.#sent} HTTP/1.1\r\nHost: shop.test\r\n\r\n`);
      socket.write(requests.join(''));
      await all;
    }
    socket.destroy();
  }
}

const requestNumber = (line: string): number => Number(/"GET \/n(\d+) /.exec(line)?.[1]);
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1);
const sorted = (numbers: Iterable<number>): readonly number[] => [...numbers].sort((a, b) => a - b);

const isReady = hasProgram('nginx') && hasLogrotate;
describeIf(isReady, 'nginx or logrotate is not installed')('nginx under load', () => {
  let temp: TempDir;
  let nginx: NginxServer;
  let log: FollowedLog;
  let logrotate: Logrotate;

  beforeEach(async () => {
    temp = await makeTempDir('resetscope-tail-');
    nginx = await startNginx({
      config: (layout) =>
        nginxConfig(layout, {
          workerProcesses: 2,
          http: `server { listen 127.0.0.1:${layout.ports[0]}; root ${layout.dir}/nothing; keepalive_requests 1000000; }`,
        }),
    });
    logrotate = new Logrotate(nginx.errorLog, temp.path);
    mkdirSync(join(temp.path, 'state'));
    log = await new FollowedLog(nginx.errorLog, join(temp.path, 'state', 'checkpoint.json')).start();
  });

  afterEach(async () => {
    await log.stop();
    await nginx.stop();
    await temp.remove();
  });

  async function rotateUnderLoad(directives: string): Promise<number> {
    const load = new Load(nginx.ports[0] ?? 0);
    for (let rotation = 1; rotation <= ROTATIONS; rotation++) {
      await log.waitFor(rotation * REQUESTS_PER_ROTATION);
      await logrotate.rotate(directives);
    }
    await load.end();
    return load.sent;
  }

  test('logrotate with the configuration of Debian’s nginx: every line once', async () => {
    const sent = await rotateUnderLoad(debianDirectives(nginx.pid));
    // it goes on to write of the connections it closes
    process.kill(nginx.pid, 'SIGTERM');
    await nginx.ended;
    await log.waitFor(logrotate.linesOnDisk().length);
    expect([...log.texts].sort()).toEqual([...logrotate.linesOnDisk()].sort());
    expect(sorted(log.texts.map(requestNumber).filter((number) => number > 0))).toEqual(upTo(sent));
    // two rotations between two looks are one to the follower
    expect(log.events.get('fileRotated')).toBeGreaterThan(0);
    expect(log.events.get('linesLost')).toBeUndefined();
  }, 30_000);

  test.each(['', 'compress'])(
    'copytruncate %s: every line that it leaves anywhere, and none twice',
    async (compress) => {
      const sent = await rotateUnderLoad(`copytruncate\nrotate 14\n${compress}`);
      const left = new Set(
        logrotate
          .linesOnDisk()
          .map(requestNumber)
          .filter((number) => number > 0),
      );
      const delivered = (): readonly number[] => log.texts.map(requestNumber).filter((number) => number > 0);
      const isAllDelivered = (): boolean => {
        const once = new Set(delivered());
        return [...left].every((number) => once.has(number));
      };
      // counts would not do: what copytruncate has lost may have been delivered before
      await waitUntil(isAllDelivered, { what: `${left.size} requests`, timeoutMs: 20_000 });
      const all = sorted(delivered());
      expect(all).toEqual(sorted(new Set(all)));
      expect(all.at(-1)).toBeLessThanOrEqual(sent);
      expect(log.events.get('fileTruncated')).toBeGreaterThan(0);
    },
    30_000,
  );
});
