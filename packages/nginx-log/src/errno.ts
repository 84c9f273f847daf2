/**
 * Error numbers of FreeBSD and macOS, where nginx uses kqueue, as those of Linux: the rest of the product knows one set.
 * A number counts as theirs only together with their text, so a Linux number is never changed.
 */

/** sys/errno.h of FreeBSD and Darwin, which agree in these; asm-generic/errno.h of Linux. */
const KQUEUE_ERRNOS: ReadonlyMap<string, number> = new Map([
  ['51: Network is unreachable', 101],
  ['53: Software caused connection abort', 103],
  ['54: Connection reset by peer', 104],
  ['57: Socket is not connected', 107],
  ['60: Operation timed out', 110],
  ['61: Connection refused', 111],
  ['64: Host is down', 112],
  ['65: No route to host', 113],
]);

/** text: `104: Connection reset by peer`, as nginx writes it between the parentheses. */
export function linuxErrno(text: string): number {
  return KQUEUE_ERRNOS.get(text) ?? Number.parseInt(text, 10);
}
