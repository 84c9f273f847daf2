/** The built app and real interfaces that appear late, go, and come again, while it runs as nobody without rights. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { canMakeNamespaces, NetworkNamespace } from '@resetscope/capture/testing';
import { RingReader } from '@resetscope/ring';
import { connectRedis } from '@resetscope/telemetry';
import { hasProgram, type RedisServer, waitUntil } from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import { buildTcpFrame, TcpFlag } from '@resetscope/wire';
import fc from 'fast-check';
import { isBuilt, NOT_BUILT, startCapture } from './testing/capture-app.ts';
import { startOpenRedis } from './testing/open-redis.ts';

const ALL = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };
const canRun = isBuilt && canMakeNamespaces && hasProgram('redis-server');

describeIf(canRun, isBuilt ? 'needs root, CAP_NET_RAW, ip and redis-server' : NOT_BUILT)('interfaces', () => {
  let server: RedisServer;
  let namespace: NetworkNamespace;
  beforeAll(async () => {
    server = await startOpenRedis();
    namespace = new NetworkNamespace();
  });
  afterAll(async () => {
    namespace.remove();
    await server.stop();
  });

  /** A program inside the namespace. */
  function inside(...command: readonly string[]): string {
    return execFileSync('ip', ['netns', 'exec', namespace.name, ...command], { encoding: 'latin1' });
  }

  test('late, removed and made again, with malformed frames between', async () => {
    const args = [
      '--interface',
      'near',
      '--interface',
      'lo',
      '--wait-for-interface',
      '--ports',
      '80',
      '--node',
      'late',
    ];
    const wrapper = ['ip', 'netns', 'exec', namespace.name];
    const capture = await startCapture([...args, '--redis', server.url], wrapper);
    await capture.logs('"interface":"near","msg":"the interface is missing"');
    const redis = await connectRedis(server.url);
    const reader = new RingReader(redis, 'late');
    const resetPorts = async (): Promise<readonly number[]> => (await reader.resets(ALL)).map(({ srcPort }) => srcPort);
    const reset = async (srcPort: number): Promise<void> => {
      const spec = { src: '10.0.0.1', dst: '10.0.0.2', srcPort, dstPort: 80, flags: TcpFlag.RST };
      namespace.send('far', buildTcpFrame(spec));
      await waitUntil(async () => (await resetPorts()).includes(srcPort), { what: `reset ${srcPort} in the ring` });
    };

    namespace.addCable('near', 'far');
    await capture.logs('"interface":"near","msg":"the interface is up"');
    await reset(1);
    namespace.ip('link del near');
    await capture.logs('"interface":"near","msg":"the interface is missing"', 2);
    namespace.addCable('near', 'far');
    await capture.logs('"interface":"near","msg":"the interface is up"', 2);
    for (const bytes of fc.sample(fc.uint8Array({ minLength: 2, maxLength: 100 }), 200)) {
      namespace.send('far', Uint8Array.of(2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, ...bytes));
    }
    await reset(2);
    namespace.ip('link set near down');
    await capture.logs('"interface":"near","msg":"the interface is down"');
    expect(await resetPorts()).toEqual([1, 2]);

    const fetching = `fetch('http://${capture.ops}/metrics').then((reply) => reply.text()).then(console.log)`;
    const text = inside(process.execPath, '-e', fetching);
    expect(text).toMatch(/^resetscope_capture_interface_state\{interface="near",state="down"\} 1$/m);
    expect(text).toMatch(/^resetscope_capture_interface_state\{interface="near",state="up"\} 0$/m);
    expect(text).toMatch(/^resetscope_capture_interface_state\{interface="lo",state="up"\} 1$/m);
    expect(text).toMatch(/^resetscope_capture_privileges_info\{uid="65534",capabilities="0",no_new_privs="yes"\} 1$/m);
    await reader.close();
    redis.disconnect();
    expect(await capture.stop()).toBe(0);
  });
});
