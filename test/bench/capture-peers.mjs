/** The programs the capture stands beside: each filters TCP, takes as much of a packet as the sidecar and has as large a buffer. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEFAULT_SNAP_LEN } from '@resetscope/capture';
import { waitUntil } from '@resetscope/testkit';
import { INTERFACE } from './capture-wire.mjs';

const CAP_PROGRAM = fileURLToPath(new URL('capture-cap.mjs', import.meta.url));
/** Not a dependency of the project: npm compiles it, with libpcap-dev, for the benchmark alone. */
const CAP_FOLDER = fileURLToPath(new URL('../../node_modules/.cache/resetscope-bench/cap', import.meta.url));
const CAP_PACKAGE = 'cap@0.2.1';

/** The sidecar's ring (af-packet-source.ts), MiB. */
const BUFFER_MIB = 64;
/** libpcap hands packets over once a second at the latest (pcap_set_timeout in tcpdump.c). */
const DRAIN_MS = 1500;

const SNAP = String(DEFAULT_SNAP_LEN);

/** null: ready to run; otherwise why not. */
export function installCap() {
  if (existsSync(join(CAP_FOLDER, 'node_modules/cap/build/Release/cap.node'))) return null;
  mkdirSync(CAP_FOLDER, { recursive: true });
  writeFileSync(join(CAP_FOLDER, 'package.json'), '{ "private": true }\n');
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts=false', '--prefix', CAP_FOLDER, CAP_PACKAGE];
  const { status, stderr, error } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status === 0 && existsSync(join(CAP_FOLDER, 'node_modules/cap/build/Release/cap.node'))) return null;
  rmSync(CAP_FOLDER, { recursive: true, force: true });
  const complaint = (stderr ?? '')
    .split('\n')
    .find((line) => /^npm (error|ERR!) (?!code|errno|syscall|path|command)/.test(line));
  return `npm install ${CAP_PACKAGE} failed (it needs libpcap-dev, make and g++): ${error?.message ?? complaint}`;
}

const PEERS = {
  cap: {
    command: () => [process.execPath, CAP_PROGRAM, CAP_FOLDER, INTERFACE, SNAP, String(BUFFER_MIB * 2 ** 20)],
    isReady: ({ stdout }) => stdout.includes('ready'),
    signal: 'SIGTERM',
    counts: ({ stdout }) => ({ captured: Number(/(\d+) packets/.exec(stdout)?.[1]), lostCounted: 0 }),
  },
  dumpcap: {
    command: (file) => [
      'dumpcap',
      '-q',
      '-i',
      INTERFACE,
      '-f',
      'tcp',
      '-s',
      SNAP,
      '-B',
      String(BUFFER_MIB),
      '-w',
      file,
    ],
    isReady: ({ stderr }) => stderr.includes('File: '),
    signal: 'SIGINT',
    counts({ stderr }) {
      const [, received, dropped] = /received\/dropped on interface '[^']*': (\d+)\/(\d+)/.exec(stderr) ?? [];
      return { captured: Number(received), lostCounted: Number(dropped) };
    },
  },
  tcpdump: {
    command: () => [
      ...['tcpdump', '-n', '-i', INTERFACE, '-s', SNAP, '-B', String(BUFFER_MIB * 1024)],
      ...['-Z', 'root', '-w', '/dev/null', 'tcp'],
    ],
    isReady: ({ stderr }) => stderr.includes('listening on'),
    signal: 'SIGINT',
    counts: ({ stderr }) => ({
      captured: Number(/(\d+) packets captured/.exec(stderr)?.[1]),
      lostCounted: Number(/(\d+) packets dropped by kernel/.exec(stderr)?.[1]),
    }),
  },
};

export const PEER_NAMES = Object.keys(PEERS);

export class Peer {
  #program;
  #peer;
  #file;

  /** Resolves when it captures. */
  static async start(name, { wire, dir }) {
    const peer = new Peer();
    peer.#peer = PEERS[name];
    peer.#file = join(dir, `${name}.pcapng`);
    const [command, ...args] = peer.#peer.command(peer.#file);
    peer.#program = wire.start(command, args);
    const { said, ended } = peer.#program;
    await waitUntil(() => peer.#peer.isReady(said), {
      what: `${name} to capture`,
      failed: ended.then(() => said.stderr),
    });
    return peer;
  }

  get pid() {
    return this.#program.pid;
  }

  settle() {
    return pause(DRAIN_MS);
  }

  async stop() {
    const { said, ended, kill } = this.#program;
    kill(this.#peer.signal);
    await ended;
    rmSync(this.#file, { force: true });
    return this.#peer.counts(said);
  }
}
