/** One contract for both kinds of sockets. */
import { Buffer } from 'node:buffer';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  hasProgram,
  makeTempDir,
  type StartedProgram,
  startProgram,
  type TempDir,
  waitUntil,
} from '@resetscope/testkit';
import { describeIf } from '@resetscope/testkit/jest';
import type { DatagramSocket } from './datagram-socket.ts';
import { openUdpSocket } from './udp-socket.ts';
import { openUnixSocket } from './unix-socket.ts';

let dir: TempDir;
let received: Buffer[] = [];
let sockets: DatagramSocket[] = [];
const receive = (datagram: Uint8Array): void => {
  received.push(Buffer.from(datagram));
};

beforeEach(async () => {
  dir = await makeTempDir('resetscope-socket-');
  received = [];
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) await socket.close();
  await dir.remove();
});

async function kept(opening: Promise<DatagramSocket>): Promise<DatagramSocket> {
  const socket = await opening;
  sockets.push(socket);
  return socket;
}

/** logger(1) of util-linux would do; python is what every Debian has. */
const python = hasProgram('python3');

function send(address: string, datagrams: readonly string[]): Promise<StartedProgram> {
  const script = `
import socket, sys
a = sys.argv[1]
s = socket.socket(socket.AF_UNIX if a.startswith('unix:') else socket.AF_INET, socket.SOCK_DGRAM)
s.connect(a[5:] if a.startswith('unix:') else (a.split(':')[0], int(a.split(':')[1])))
for d in sys.argv[2:]: s.send(d.encode())`;
  return startProgram('python3', ['-c', script, address, ...datagrams]);
}

describeIf(python, 'python3 is not installed')('a datagram socket', () => {
  const kinds = [
    { kind: 'UDP', open: () => openUdpSocket({ host: '127.0.0.1', port: 0 }, receive) },
    { kind: 'unix', open: () => openUnixSocket(join(dir.path, 'log.sock'), receive) },
  ];

  test.each(kinds)('of $kind gives each datagram whole, in order', async ({ open }) => {
    const socket = await kept(open());
    const sent = ['one', '', 'three\nwith a newline', 'x'.repeat(4000)];
    await (await send(socket.address, sent)).ended;
    await waitUntil(() => received.length === sent.length, { what: 'the datagrams' });
    expect(received.map(String)).toEqual(sent);
  });

  test.each(kinds)('of $kind is refused while another one has its address', async ({ kind, open }) => {
    const { address } = await kept(open());
    const again =
      kind === 'unix' ? open() : openUdpSocket({ host: '127.0.0.1', port: Number(address.split(':')[1]) }, receive);
    await expect(again).rejects.toMatchObject({ code: 'RS_PORT_IN_USE', exitCode: 1 });
    await (await send(address, ['still there'])).ended;
    await waitUntil(() => received.length === 1, { what: 'the first socket to go on' });
  });

  test.each(kinds)('of $kind may be opened again after it was closed', async ({ open }) => {
    await (await open()).close();
    const socket = await kept(open());
    await (await send(socket.address, ['again'])).ended;
    await waitUntil(() => received.length === 1, { what: 'a datagram' });
  });
});

describe('a unix socket', () => {
  test('leaves no file behind', async () => {
    const path = join(dir.path, 'log.sock');
    const socket = await openUnixSocket(path, receive);
    expect(existsSync(path)).toBe(true);
    await socket.close();
    expect(existsSync(path)).toBe(false);
  });

  describeIf(python, 'python3 is not installed')('', () => {
    test('takes the place of one that nobody listens on any more', async () => {
      const path = join(dir.path, 'log.sock');
      const script = 'import socket, sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(sys.argv[1])';
      await (await startProgram('python3', ['-c', script, path])).ended;
      expect(existsSync(path)).toBe(true);
      await kept(openUnixSocket(path, receive));
    });
  });

  test.each([
    {
      name: 'a file',
      make: (path: string) => writeFileSync(path, ''),
      code: 'RS_PORT_IN_USE',
      message: /is in use by another process or is a file/,
    },
    { name: 'a folder', make: (path: string) => mkdirSync(path), code: 'RS_PORT_IN_USE', message: /is in use/ },
  ])('is not made where there is $name', async ({ make, code, message }) => {
    const path = join(dir.path, 'log.sock');
    make(path);
    await expect(openUnixSocket(path, receive)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(existsSync(path)).toBe(true);
  });

  test('is not made in a folder that is not there', async () => {
    await expect(openUnixSocket('/nowhere/log.sock', receive)).rejects.toMatchObject({
      code: 'RS_FILE_UNREADABLE',
      message: 'syslog: expected to make a socket at /nowhere/log.sock, got: no such folder; choose another path',
    });
  });
});

test('a UDP socket on an address of somebody else is refused in one line', async () => {
  await expect(openUdpSocket({ host: '192.0.2.1', port: 0 }, receive)).rejects.toMatchObject({ code: 'RS_USAGE' });
});

test('a full UDP socket is known by what the kernel dropped', async () => {
  const socket = await kept(openUdpSocket({ host: '127.0.0.1', port: 0 }, receive));
  expect(await socket.kernelDrops()).toBe(0);
});
