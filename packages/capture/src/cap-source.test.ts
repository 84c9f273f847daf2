/** What needs no libpcap; the rest is in packet-source.test.ts. */
import { expect, test } from '@jest/globals';
import { hasProgram } from '@resetscope/testkit';
import { testIf } from '@resetscope/testkit/jest';
import { buildTcpFrame } from '@resetscope/wire';
import { tcpExpression } from './cap-source.ts';
import { compileExpression } from './expression-filter.ts';
import { runBpf } from './testing/bpf-machine.ts';

test('tcpExpression names the ports', () => {
  expect(tcpExpression([80, 443])).toMatch(/^\(tcp and \(port 80 or port 443\)\) or /);
  expect(tcpExpression()).toMatch(/^tcp or /);
});

testIf(hasProgram('tcpdump'), 'needs tcpdump')('libpcap understands it', async () => {
  const program = await compileExpression(tcpExpression([80]), 256);
  const spec = { src: '10.0.0.1', dst: '10.0.0.2', srcPort: 1000, flags: 2 };
  const accepted = [80, 81].map((dstPort) => {
    const bytes = buildTcpFrame({ ...spec, dstPort });
    return runBpf(program, { bytes, networkAt: 14, hardwareType: 1 });
  });
  expect(accepted).toEqual([256, 0]);
});
