export type { NginxDirective } from './nginx-config.ts';
export { INSTALLED_NGINX, readNginxConfig } from './nginx-config-reader.ts';
export { type NginxPorts, nginxPorts, type UnwatchableAddress } from './nginx-ports.ts';
