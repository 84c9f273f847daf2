/** An open socket that receives datagrams, whatever its family. */
export interface DatagramSocket {
  /** As nginx's `syslog:server=` takes it. */
  readonly address: string;
  /** Datagrams the kernel has dropped because the socket was full; undefined where it does not say (unix sockets). */
  kernelDrops(): Promise<number | undefined>;
  close(): Promise<void>;
}
