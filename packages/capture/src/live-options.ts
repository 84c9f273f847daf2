/** What a live source is asked for, whichever it is. */
import type { InterfaceState } from './interface-binding.ts';
import type { FilterOptions } from './tcp-filter.ts';

export interface LiveOptions extends FilterOptions {
  /** Name of an interface, or `any`. */
  readonly interface: string;
  /** pcap-filter(7) instead of `ports`. */
  readonly expression?: string;
  /** Also frames for other stations; not with `any`. Default false. */
  readonly promiscuous?: boolean;
  /** An interface that does not exist yet is waited for instead of refused. Default false. */
  readonly waitForInterface?: boolean;
  readonly observer?: InterfaceObserver;
  /** AF_PACKET only: a packet socket that is open already (restartBare), undefined: open one. */
  readonly descriptor?: number | undefined;
}

/** What a source tells of its interface. */
export interface InterfaceObserver {
  /** Once when the source is opened, then at every change. */
  interfaceChanged(name: string, state: InterfaceState): void;
}
