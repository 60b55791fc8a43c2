import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of its own for a test's plugins and settings. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'overcli-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string | Buffer): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** What a file holds; nothing as long as it is not there. */
  text(name: string): string {
    try {
      return readFileSync(this.path(name), 'utf8');
    } catch {
      return '';
    }
  }

  folderNamed(name: string): void {
    mkdirSync(this.path(name));
  }

  /** A shell script that can be run. */
  script(name: string, body: string): string {
    const path = this.write(name, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** The numbers in a file that a script writes; undefined as long as they are not there. */
  numbers(name: string, count: number): number[] | undefined {
    try {
      const found = readFileSync(this.path(name), 'utf8').split('\n').slice(0, -1).map(Number);
      return found.length >= count ? found : undefined;
    } catch {
      return undefined;
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether a process still runs; one that has ended and only waits for its parent does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
