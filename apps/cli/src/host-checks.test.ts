import { expect, test } from '@jest/globals';
import { checkCapture, checkInterface, checkRedis, checkRedisProgram } from './host-checks.ts';
import type { ProcessRights } from './process-rights.ts';

test('an interface that is missing: which there are, and what to do in a container', () => {
  expect(checkInterface('nope9')).toMatchObject({
    id: 'interface',
    status: 'fail',
    code: 'RS_INTERFACE_MISSING',
    message: expect.stringMatching(/^no such interface, this host has .*lo.*, any$/),
    fix: expect.stringMatching(/^take one of these with --interface; .*--network container:NAME/),
  });
});

test.each(['lo', 'any'])('interface %s is fine', (name) => {
  expect(checkInterface(name)).toMatchObject({ id: 'interface', status: 'ok' });
});

const NET_RAW = 0x2000n;
const ROOT: ProcessRights = { isRoot: true, effective: NET_RAW | 0xc0n, bounding: NET_RAW | 0xc0n, noNewPrivs: false };
const USER: ProcessRights = { isRoot: false, effective: 0n, bounding: NET_RAW, noNewPrivs: false };

test.each([
  { name: 'root with all it needs', rights: ROOT },
  { name: 'an ordinary user with the capability', rights: { ...USER, effective: NET_RAW } },
  { name: 'root that stays root', rights: { ...ROOT, effective: NET_RAW }, user: 'root' },
])('may capture: $name', ({ rights, user }) => {
  expect(checkCapture(user, rights)).toMatchObject({ id: 'capture-right', status: 'ok' });
});

test.each([
  { name: 'an ordinary user', rights: USER, fix: 'setcap cap_net_raw+ep' },
  { name: 'one whom setcap cannot help', rights: { ...USER, noNewPrivs: true }, fix: 'setcap has no effect' },
  {
    name: 'a container without NET_RAW',
    rights: { ...ROOT, effective: 0n, bounding: 0n },
    fix: 'docker --cap-add NET_RAW',
  },
  { name: 'root that cannot leave', rights: { ...ROOT, effective: NET_RAW }, fix: '--cap-add SETUID --cap-add SETGID' },
])('may not capture: $name', ({ rights, fix }) => {
  expect(checkCapture(undefined, rights)).toMatchObject({
    id: 'capture-right',
    status: 'fail',
    fix: expect.stringContaining(fix),
  });
});

test('a Redis that is not there, and the program for one of our own', async () => {
  expect(await checkRedis('unix:/nonexistent/redis.sock')).toMatchObject([
    { id: 'redis', status: 'fail', code: 'RS_REDIS_UNAVAILABLE', fix: 'start it or set REDIS_URL' },
  ]);
  expect(checkRedisProgram().id).toBe('redis');
});
