export interface Address {
  /** Where requests go; without credentials. */
  url: URL;
  /** The Authorization header, when the address held credentials. */
  authorization: string | undefined;
  /** How the address is shown to people: without credentials. */
  shown: string;
}

/** Takes the credentials out of a collector's address, so that nothing shows them by accident. */
export function readAddress(server: string): Address {
  const url = new URL(server);
  const credentials = [url.username, url.password].map(decodePercent).join(':');
  const authorization =
    credentials === ':' ? undefined : `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`;
  url.username = '';
  url.password = '';
  url.search = '';
  url.hash = '';
  return { url, authorization, shown: url.href };
}

/** A password may hold a bare % that encodes nothing; it is then meant as it stands. */
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
