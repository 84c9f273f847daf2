/** The same module with its counters. */
export function instrument(text: string): string;
