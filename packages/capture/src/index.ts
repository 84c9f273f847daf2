export { type AfPacketOptions, openAfPacket } from './af-packet-source.ts';
export { DEFAULT_SNAP_LEN, type FilterOptions, MAX_FILTER_PORTS } from './bpf.ts';
export { CaptureError, type CaptureErrorCode } from './capture-error.ts';
export { openFile } from './file-source.ts';
export { ANY_INTERFACE, interfaceNames } from './network-interface.ts';
export type { FrameSink, PacketSource, SourceStats } from './packet-source.ts';
export { dropPrivileges, type UserIds, userIds } from './privileges.ts';
