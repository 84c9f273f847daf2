/**
 * Shedding rights that setuid(2) does not take along. A process that stays the user it is, but was given capabilities (by
 * systemd, by setcap(8), or as root in a container without SETUID), can give up those of its main thread only: V8 and libuv
 * have started threads before any code of ours ran. So the packet sockets are opened, the main thread gives up everything,
 * and the program is started again in the same process (execve(2)): the sockets stay open, and no thread has rights.
 */
import { CaptureError } from './capture-error.ts';
import { type Koffi, loadKoffi } from './koffi.ts';
import { PacketSocket, SocketError } from './packet-socket.ts';
import { userIds } from './privileges.ts';
import { readRights } from './process-rights.ts';
import { dropBoundingSet, dropCapabilities, setNoNewPrivs } from './thread-rights.ts';

/** Set for the second start: descriptors of the sockets, with commas between. */
const SOCKETS_VARIABLE = 'RESETSCOPE_PACKET_SOCKETS';
const F_SETFD = 2;

/**
 * Returns descriptors of `count` open packet sockets when the process was, or could not be, started again; none when nothing
 * needs shedding, or when they cannot be had, which opening them later explains. user: as dropPrivileges takes it.
 */
export async function restartBare(count: number, user: string | null): Promise<readonly number[]> {
  const inherited = process.env[SOCKETS_VARIABLE];
  delete process.env[SOCKETS_VARIABLE];
  if (inherited !== undefined) return parseDescriptors(inherited);
  const staysWhoItIs = user === null || userIds(user)?.uid === process.getuid?.();
  if (!staysWhoItIs || (readRights()?.capabilities ?? 0n) === 0n) return [];
  try {
    const koffi = await loadKoffi();
    const descriptors = Array.from({ length: count }, () => new PacketSocket(koffi).descriptor);
    dropBoundingSet(koffi);
    dropCapabilities(koffi);
    setNoNewPrivs(koffi);
    startAgain(koffi, descriptors);
    return descriptors;
  } catch (error) {
    if (error instanceof CaptureError || error instanceof SocketError) return [];
    throw error;
  }
}

function parseDescriptors(text: string): readonly number[] {
  return text
    .split(',')
    .filter((part) => /^\d+$/.test(part))
    .map(Number);
}

/** Returns only when the kernel refuses. Standard streams and the channel to a parent are taken along: Node marks them to be closed. */
function startAgain(koffi: Koffi, descriptors: readonly number[]): void {
  const libc = koffi.load(null);
  const channel = (process.channel as { readonly fd?: number } | undefined)?.fd;
  if (process.channel !== undefined && channel === undefined) return;
  const variables: NodeJS.ProcessEnv = { ...process.env, [SOCKETS_VARIABLE]: descriptors.join(',') };
  if (channel !== undefined) variables['NODE_CHANNEL_FD'] = String(channel);
  const fcntl = libc.func('int fcntl(int, int, int)');
  for (const kept of [0, 1, 2, ...(channel === undefined ? [] : [channel])]) fcntl(kept, F_SETFD, 0);
  const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const args = [process.argv0, ...process.execArgv, ...process.argv.slice(1)];
  const execve = libc.func('int execve(const char *, const char **, const char **)');
  execve(process.execPath, [...args, null], [...environment, null]);
}
