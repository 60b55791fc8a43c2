/** A body that breaks the protocol. `path` names the field as a client would write it, such as `services[2].state`. */
export class WireError extends Error {
  override name = 'WireError';
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path} ${problem}`);
    this.path = path;
  }
}

/** A settings file, or one value in it, that cannot be used. The message names the place and what would be right. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}
