import { expect, test } from '@jest/globals';
import { checkPersistence, checkPolicy, checkVersion } from './redis-checks.ts';
import { parseInfo, type RedisServerInfo } from './redis-server-info.ts';

const SERVER: RedisServerInfo = {
  address: null,
  version: '7.0.15',
  policy: 'noeviction',
  maxMemory: 0,
  usedMemory: 0,
  systemMemory: 0,
  writesAppendOnlyFile: false,
  persistenceWorks: true,
  save: '300 1',
};

test.each([
  { version: '6.2.0', status: 'ok' },
  { version: '8.0.1', status: 'ok' },
  { version: '6.0.16', status: 'fail' },
  { version: '5.0.3', status: 'fail' },
])('version $version: $status', ({ version, status }) => {
  expect(checkVersion('Redis', { ...SERVER, version })).toMatchObject({ id: 'redis', status });
});

test.each([
  { policy: 'noeviction', status: 'ok' },
  { policy: 'allkeys-lru', status: 'fail' },
])('policy $policy: $status', ({ policy, status }) => {
  expect(checkPolicy('Redis', { ...SERVER, policy })).toMatchObject({ id: 'redis-policy', status });
});

test.each([
  { name: 'snapshots', server: {}, status: 'ok' },
  { name: 'an append-only file', server: { save: '', writesAppendOnlyFile: true }, status: 'ok' },
  { name: 'neither', server: { save: '' }, status: 'warn' },
  { name: 'a disk that is full', server: { persistenceWorks: false }, status: 'fail' },
  { name: 'a user without the right to ask', server: { save: null }, status: 'skipped' },
])('$name: $status', ({ server, status }) => {
  expect(checkPersistence('Redis', { ...SERVER, ...server })).toMatchObject({ id: 'redis-persistence', status });
});

test('INFO is read by its fields', () => {
  const info =
    '# Server\r\nredis_version:7.0.15\r\n# Memory\r\nused_memory:1000\r\nused_memory_human:1K\r\ntotal_system_memory:4000\r\nmaxmemory:2000\r\nmaxmemory_policy:noeviction\r\nrdb_last_bgsave_status:err\r\naof_enabled:1\r\n';
  expect(parseInfo(info)).toEqual({
    version: '7.0.15',
    policy: 'noeviction',
    maxMemory: 2000,
    usedMemory: 1000,
    systemMemory: 4000,
    writesAppendOnlyFile: true,
    persistenceWorks: false,
  });
});
