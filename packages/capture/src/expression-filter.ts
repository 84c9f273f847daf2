/**
 * A pcap-filter(7) expression as a kernel filter, compiled by libpcap's own tool, tcpdump. The program serves every interface:
 * compiled once for Ethernet (loopback too) and once for raw IP, it begins with a look at the interface's hardware type.
 * Offsets of the raw half are moved to the network header, where an interface without Ethernet has its IP packet.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type BpfInstruction, HARDWARE_TYPE, MAX_INSTRUCTIONS, NETWORK_HEADER, Op } from './bpf.ts';
import { CaptureError } from './capture-error.ts';

const execFileAsync = promisify(execFile);

/** linux/if_arp.h. */
const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

/** Class, size and mode of an instruction (linux/bpf_common.h): loads from the packet are ABS, IND and MSH. */
const LD = 0;
const LDX = 1;
const ABS = 0x20;
const IND = 0x40;
const MSH = 0xa0;

/** Left for what is put before the program (loopback-copies.ts). */
const MAX_PROGRAM_LEN = MAX_INSTRUCTIONS - 5;

const REJECT: BpfInstruction = { code: Op.RET, jt: 0, jf: 0, k: 0 };

/** snapLen: bytes of a packet to capture. @throws CaptureError RS_USAGE with tcpdump's own words, RS_PROGRAM_MISSING. */
export async function compileExpression(expression: string, snapLen: number): Promise<readonly BpfInstruction[]> {
  const [ethernet, raw] = await Promise.all([compileEthernet(expression, snapLen), compileRaw(expression, snapLen)]);
  const program = joinByHardwareType(ethernet, raw);
  if (program.length <= MAX_PROGRAM_LEN) return program;
  const message = `--filter: expected at most ${MAX_PROGRAM_LEN} BPF instructions, got ${program.length}`;
  throw new CaptureError('RS_USAGE', message, 'shorten the expression');
}

/**
 * On lo tcpdump knows that the kernel tells a VLAN tag beside the packet, and `vlan` means that tag. Where it may not open
 * lo, it compiles for a file, and `vlan` finds only tags inside the frame.
 */
async function compileEthernet(expression: string, snapLen: number): Promise<readonly BpfInstruction[]> {
  try {
    return await tcpdump(['-i', 'lo', '-y', 'EN10MB'], expression, snapLen);
  } catch {
    return await tcpdump(['-y', 'EN10MB'], expression, snapLen);
  }
}

/** An expression that speaks of Ethernet matches nothing on an interface without it. */
function compileRaw(expression: string, snapLen: number): Promise<readonly BpfInstruction[]> {
  return tcpdump(['-y', 'RAW'], expression, snapLen).catch(() => [REJECT]);
}

async function tcpdump(
  link: readonly string[],
  expression: string,
  snapLen: number,
): Promise<readonly BpfInstruction[]> {
  const args = ['-ddd', ...link, '-s', String(snapLen), '--', expression];
  try {
    const { stdout } = await execFileAsync('tcpdump', args, { env: { ...process.env, LC_ALL: 'C' } });
    return parseProgram(stdout);
  } catch (cause) {
    throw explain(cause as NodeJS.ErrnoException & { readonly stderr?: string }, expression);
  }
}

function explain(error: NodeJS.ErrnoException & { readonly stderr?: string }, expression: string): CaptureError {
  if (error.code === 'ENOENT') {
    const message = '--filter: expected tcpdump to be installed, it compiles the expression';
    return new CaptureError('RS_PROGRAM_MISSING', message, 'apt-get install tcpdump, or use --ports', error);
  }
  const said = /^tcpdump: (?!data link type|listening|verbose|WARNING)(.*)$/m.exec(error.stderr ?? '')?.[1];
  const got = `${JSON.stringify(expression)}: ${said ?? error.message}`;
  return new CaptureError(
    'RS_USAGE',
    `--filter: expected a pcap-filter(7) expression, got ${got}`,
    'see man pcap-filter',
    error,
  );
}

/** text: of `tcpdump -ddd`: the number of instructions, then one a line: code, jt, jf, k. */
export function parseProgram(text: string): readonly BpfInstruction[] {
  const lines = text.trim().split('\n').slice(1);
  return lines.map((line) => {
    const [code = 0, jt = 0, jf = 0, k = 0] = line.split(' ').map(Number);
    return { code, jt, jf, k };
  });
}

/** Exported for its test. */
export function joinByHardwareType(
  ethernet: readonly BpfInstruction[],
  raw: readonly BpfInstruction[],
): readonly BpfInstruction[] {
  return [
    { code: Op.LD_W, jt: 0, jf: 0, k: HARDWARE_TYPE },
    { code: Op.JEQ, jt: 2, jf: 0, k: ARPHRD_ETHER },
    { code: Op.JEQ, jt: 1, jf: 0, k: ARPHRD_LOOPBACK },
    { code: Op.JUMP, jt: 0, jf: 0, k: ethernet.length },
    ...ethernet,
    ...raw.map(fromNetworkHeader),
  ];
}

/** Offsets from 0 up count from the network header then; those of the kernel's extensions stay. */
function fromNetworkHeader(instruction: BpfInstruction): BpfInstruction {
  const { code, k } = instruction;
  const kind = code & 7;
  const mode = code & 0xe0;
  const loads = (kind === LD && (mode === ABS || mode === IND)) || (kind === LDX && mode === MSH);
  return loads && k < 0x8000_0000 ? { ...instruction, k: k + NETWORK_HEADER } : instruction;
}
