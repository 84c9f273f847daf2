/** Access as the configuration says it: reads the users, knows our names, and says loudly when everybody may come in. */
import type { Logger } from '@resetscope/telemetry';
import type { UsersPlace, WebConfig } from '../config.ts';
import { Access } from './access.ts';
import { isLoopback } from './allowed-hosts.ts';
import { readUsersFile, Users } from './users.ts';

/** @throws ClearError when the users cannot be read. */
export async function openAccess(config: WebConfig, logger: Logger): Promise<Access> {
  const { listen, pageUrl, allowedHosts = [] } = config;
  const users = config.users === undefined ? null : await readUsers(config.users);
  if (users === null && !isLoopback(listen.host)) {
    logger.warn(
      { listen: listen.host },
      'NOBODY NEEDS TO SIGN IN: whoever reaches this address reads everything and downloads packets',
    );
  }
  return new Access({ users, hosts: [listen.host, ...allowedHosts], pageUrl: pageUrl ?? null });
}

function readUsers(place: UsersPlace): Users | Promise<Users> {
  return place.kind === 'file' ? readUsersFile(place.path) : new Users(place.text, 'RESETSCOPE_USERS');
}
