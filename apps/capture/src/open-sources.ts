/** From options to open sources. Everything that needs rights, or another program, happens here, before rights are given up. */
import {
  CaptureError,
  type InterfaceObserver,
  type LiveOptions,
  openAfPacket,
  openCap,
  type PacketSource,
} from '@resetscope/capture';
import { nginxPorts, readNginxConfig } from '@resetscope/nginx-config';
import { ClearError, type Logger } from '@resetscope/telemetry';
import { checkPortCount, type LiveInput, type Traffic } from './options.ts';

/** descriptors: of packet sockets that are open already, the first ones are used. @throws ClearError */
export async function openLiveSources(
  input: LiveInput,
  descriptors: readonly number[],
  log: Logger,
  observer: InterfaceObserver,
): Promise<readonly PacketSource[]> {
  const filter = await filterOf(input.traffic, log);
  const { promiscuous, waitForInterface } = input;
  const sources: PacketSource[] = [];
  for (const [i, name] of input.interfaces.entries()) {
    const descriptor = descriptors[i];
    const options = { interface: name, ...filter, promiscuous, waitForInterface, observer, descriptor };
    sources.push(await clearly(() => openLive(input.source, options, log)));
  }
  return sources;
}

async function openLive(source: LiveInput['source'], options: LiveOptions, log: Logger): Promise<PacketSource> {
  if (source === 'cap') return openCap(options);
  try {
    return await openAfPacket(options);
  } catch (error) {
    const isAbsent = error instanceof CaptureError && error.code === 'RS_AF_PACKET_UNAVAILABLE';
    if (source === 'af_packet' || !isAbsent) throw error;
    // Without cap there is nothing to fall back on: then the first reason is the one to mend.
    const opened = await openCap(options).catch(() => Promise.reject(error));
    log.warn({ reason: error.message }, 'capturing through cap: times are this process’s, losses are not counted');
    return opened;
  }
}

async function filterOf(traffic: Traffic, log: Logger): Promise<Pick<LiveOptions, 'ports' | 'expression'>> {
  switch (traffic.kind) {
    case 'ports':
      return { ports: traffic.ports };
    case 'expression':
      return { expression: traffic.expression };
    case 'nginx-ports':
      return { ports: await readPorts(traffic.from, log) };
  }
}

/** Read once: a port that a later reload of nginx adds is not watched. */
async function readPorts(from: string, log: Logger): Promise<readonly number[]> {
  const { ports, unwatchable } = nginxPorts(await readNginxConfig(from));
  for (const address of unwatchable) log.warn(address, 'no port to watch in this address of nginx’s configuration');
  if (ports.length === 0) {
    const message = `--ports-from: expected ports in nginx's configuration, got none in ${from}`;
    throw new ClearError('RS_USAGE', message, 'use --ports');
  }
  log.info({ ports, from }, 'watching the ports of nginx’s configuration');
  return checkPortCount('--ports-from', ports);
}

/** A CaptureError as the line that a person reads. */
export async function clearly<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof CaptureError ? new ClearError(error.code, error.message, error.fix, error) : error;
  }
}
