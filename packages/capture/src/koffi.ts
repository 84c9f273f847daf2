/** Calling the C library from Node: koffi (prebuilt native code), loaded only where something of Linux is called. */
import { CaptureError } from './capture-error.ts';

export type Koffi = typeof import('koffi');

/** @throws CaptureError RS_AF_PACKET_UNAVAILABLE: not Linux, or koffi's native part is not installed. */
export async function loadKoffi(): Promise<Koffi> {
  if (process.platform !== 'linux') {
    const message = `expected Linux, got ${process.platform}`;
    throw new CaptureError('RS_AF_PACKET_UNAVAILABLE', message, 'capture on the nginx host');
  }
  try {
    return (await import('koffi')).default as unknown as Koffi;
  } catch (cause) {
    const found = `${process.platform}-${process.arch}`;
    const message = `expected the native part of koffi for ${found}, got none`;
    const fix = 'run npm install on this machine, with optional dependencies';
    throw new CaptureError('RS_AF_PACKET_UNAVAILABLE', message, fix, cause);
  }
}
