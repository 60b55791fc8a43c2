/** The command line cannot be understood. The message names the part and what would be right. */
export class UsageError extends Error {
  override name = 'UsageError';
}
