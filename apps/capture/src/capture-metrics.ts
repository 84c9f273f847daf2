/** The numbers of /metrics. Labels come from closed lists, never from packets. */
import type { InterfaceObserver, InterfaceState, PacketSource, ProcessRights } from '@resetscope/capture';
import type { AddOutcome, RingState } from '@resetscope/ring';
import { Counter, Gauge, Histogram, type Logger, Registry } from '@resetscope/telemetry';
import type { LoopObserver } from './capture-loop.ts';
import type { FlushObserver, GiveUpReason } from './flush-queue.ts';

/** From a prompt Redis to one that was away for a while, seconds. */
const FLUSH_BUCKETS: readonly number[] = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5, 30];

const INTERFACE_STATES: readonly InterfaceState[] = ['up', 'down', 'missing'];
const LOSS_REASONS: readonly ('kernel-drop' | GiveUpReason)[] = ['kernel-drop', 'ring-slow', 'ring-refused'];

export class CaptureMetrics implements LoopObserver, FlushObserver, InterfaceObserver {
  readonly registry: Registry = new Registry();
  private readonly log: Logger;
  private readonly registers = [this.registry];
  private isFailing = false;

  private readonly packets = new Counter({
    name: 'resetscope_capture_packets_total',
    help: 'Packets read from the source.',
    registers: this.registers,
  });
  private readonly bytes = new Counter({
    name: 'resetscope_capture_bytes_total',
    help: 'Bytes of those packets on the wire.',
    registers: this.registers,
  });
  private readonly ignoredPackets = new Counter({
    name: 'resetscope_capture_ignored_packets_total',
    help: 'Packets left out because they are no TCP segment and no ICMP error, or a copy seen on another interface.',
    labelNames: ['reason'],
    registers: this.registers,
  });
  private readonly lostPackets = new Counter({
    name: 'resetscope_capture_lost_packets_total',
    help: 'Packets missing from the ring: dropped by the kernel, or given up because Redis was slow or away.',
    labelNames: ['reason'],
    registers: this.registers,
  });
  private readonly sourceInfo = new Gauge({
    name: 'resetscope_capture_source_info',
    help: 'Always 1: what captures, on which interface, and whose clock stamps the packets.',
    labelNames: ['source', 'interface', 'clock'],
    registers: this.registers,
  });
  private readonly interfaceState = new Gauge({
    name: 'resetscope_capture_interface_state',
    help: '1 for the state the interface is in: up, down (it comes back by itself), missing (there is none of this name).',
    labelNames: ['interface', 'state'],
    registers: this.registers,
  });
  private readonly privilegesInfo = new Gauge({
    name: 'resetscope_capture_privileges_info',
    help: 'Always 1: user id, capabilities of all threads together (hexadecimal, 0: none), and whether none can be gained.',
    labelNames: ['uid', 'capabilities', 'no_new_privs'],
    registers: this.registers,
  });
  private readonly blocks = new Counter({
    name: 'resetscope_ring_appended_blocks_total',
    help: 'Blocks appended to the ring.',
    registers: this.registers,
  });
  private readonly appendedBytes = new Counter({
    name: 'resetscope_ring_appended_bytes_total',
    help: 'Bytes of these blocks and their indexes, compressed.',
    registers: this.registers,
  });
  private readonly evictedBlocks = new Counter({
    name: 'resetscope_ring_evicted_blocks_total',
    help: 'Blocks forgotten because of the limits of bytes and age.',
    registers: this.registers,
  });
  private readonly failures = new Counter({
    name: 'resetscope_ring_append_failures_total',
    help: 'Appends that Redis did not take; they are tried again.',
    registers: this.registers,
  });
  private readonly ringBytes = new Gauge({
    name: 'resetscope_ring_bytes',
    help: 'Memory the ring takes of its limit.',
    registers: this.registers,
  });
  private readonly ringBlocks = new Gauge({
    name: 'resetscope_ring_blocks',
    help: 'Blocks in the ring.',
    registers: this.registers,
  });
  private readonly reach = new Gauge({
    name: 'resetscope_ring_reach_seconds',
    help: 'Time the ring looks back.',
    registers: this.registers,
  });
  private readonly newest = new Gauge({
    name: 'resetscope_ring_newest_timestamp_seconds',
    help: 'Everything captured up to here is in the ring.',
    registers: this.registers,
  });
  private readonly flushSeconds = new Histogram({
    name: 'resetscope_ring_flush_seconds',
    help: 'Time from sealing a block to the answer of Redis.',
    buckets: [...FLUSH_BUCKETS],
    registers: this.registers,
  });

  /** waitingBytes: read at every scrape. */
  constructor(log: Logger, maxBytes: number, waitingBytes: () => number) {
    this.log = log;
    const { registers } = this;
    const limit = new Gauge({ name: 'resetscope_ring_max_bytes', help: 'Limit of the ring.', registers });
    limit.set(maxBytes);
    new Gauge({
      name: 'resetscope_ring_queue_bytes',
      help: 'Uncompressed blocks that wait for Redis.',
      registers,
      collect() {
        this.set(waitingBytes());
      },
    });
    for (const reason of LOSS_REASONS) this.lostPackets.inc({ reason }, 0);
  }

  opened(source: PacketSource): void {
    this.sourceInfo.set({ source: source.name, interface: source.subject, clock: source.clock }, 1);
  }

  interfaceChanged(name: string, state: InterfaceState): void {
    for (const each of INTERFACE_STATES)
      this.interfaceState.set({ interface: name, state: each }, each === state ? 1 : 0);
    if (state === 'up') this.log.info({ interface: name }, 'the interface is up');
    else this.log.warn({ interface: name }, `the interface is ${state}`);
  }

  /** rights: undefined where the kernel does not tell. */
  rightsDropped(rights: ProcessRights | undefined): void {
    if (rights === undefined) return;
    const { uid, noNewPrivs } = rights;
    const capabilities = rights.capabilities.toString(16);
    this.privilegesInfo.set({ uid: `${uid}`, capabilities, no_new_privs: noNewPrivs ? 'yes' : 'no' }, 1);
    const isBare = uid !== 0 && rights.capabilities === 0n && noNewPrivs;
    if (isBare) this.log.info({ uid }, 'without any rights from here on');
    else this.log.warn({ uid, capabilities, noNewPrivs }, 'some rights could not be given up');
  }

  drained(packets: number, bytes: number): void {
    this.packets.inc(packets);
    this.bytes.inc(bytes);
  }

  ignored(reason: AddOutcome): void {
    this.ignoredPackets.inc({ reason });
  }

  kernelDropped(packets: number): void {
    this.lostPackets.inc({ reason: 'kernel-drop' }, packets);
  }

  gaveUp(packets: number, reason: GiveUpReason): void {
    this.lostPackets.inc({ reason }, packets);
  }

  appended(state: RingState, blockLen: number, waitedMs: number): void {
    if (this.isFailing) this.log.info('the ring takes blocks again');
    this.isFailing = false;
    if (blockLen > 0) {
      this.blocks.inc();
      this.appendedBytes.inc(blockLen);
      this.flushSeconds.observe(waitedMs / 1000);
    }
    this.evictedBlocks.inc(state.evicted);
    this.ringBytes.set(state.bytes);
    this.ringBlocks.set(state.blocks);
    this.reach.set((state.newestUs - state.oldestUs) / 1e6);
    this.newest.set(state.newestUs / 1e6);
  }

  /** Logged once per outage. */
  appendFailed(error: unknown): void {
    this.failures.inc();
    if (!this.isFailing) this.log.warn({ err: error }, 'the ring did not take a block; trying again');
    this.isFailing = true;
  }
}
