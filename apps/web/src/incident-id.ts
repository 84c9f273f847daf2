/** Incident ids as they come in addresses and go into file names. */

/** What an id may consist of; anything else is no incident of ours. */
const INCIDENT_ID = /^[\w.:-]{1,128}$/;

export function isIncidentId(text: string): boolean {
  return INCIDENT_ID.test(text);
}

/** `resetscope-<id>.pcapng` with everything but letters, digits, `.`, `_` and `-` replaced: safe in a header and on every disk. */
export function downloadName(id: string, extension: string): string {
  return `resetscope-${id.replace(/[^\w.-]/g, '_')}.${extension}`;
}
