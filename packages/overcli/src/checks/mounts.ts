/** One mounted file system. */
export interface Mount {
  device: string;
  path: string;
  type: string;
}

/** Images that are full by nature. */
const ALWAYS_FULL = new Set(['squashfs', 'iso9660', 'udf', 'erofs', 'cramfs']);

/** The file systems in `/proc/self/mounts`, the last one mounted at a path, since it hides those before. */
export function parseMounts(text: string): Mount[] {
  const byPath = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const [device, path, type] = line.split(' ').map(unescapeOctal);
    if (device !== undefined && path !== undefined && type !== undefined)
      byPath.set(path, { device, path, type });
  }
  return [...byPath.values()];
}

/**
 * The file systems that can fill up: those on a device of this machine, each once however often it is mounted, and the
 * root. Network file systems are left out, since a check of them hangs when their server does.
 *
 * @param filesystems the text of `/proc/filesystems`, which tells the types that need no device
 */
export function localMounts(mounts: Mount[], filesystems: string): Mount[] {
  const deviceless = new Set([...filesystems.matchAll(/^nodev\s+(\S+)$/gm)].map(([, type]) => type));
  deviceless.delete('zfs'); // it has its devices to itself
  const able = mounts.filter(
    ({ path, type }) => path === '/' || (!deviceless.has(type) && !ALWAYS_FULL.has(type)),
  );
  const byDevice = new Map<string, Mount>();
  for (const mount of able.sort((a, b) => a.path.length - b.path.length))
    if (!byDevice.has(mount.device)) byDevice.set(mount.device, mount);
  return [...byDevice.values()];
}

/** The kernel writes a space in a path as `\040`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
